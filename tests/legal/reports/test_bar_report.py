"""What bars ask for: certified tenths, whole years, nobody's name, and no hour for which a fee was expected."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from core.db import transaction
from core.errors import NotFound
from legal.reports.bar_report import Added, bar_report
from legal.reports.pro_bono_standing import set_standing
from legal.reports.pro_bono_year import list_standings
from staff.member import Member
from tests.legal.conftest import send
from tests.legal.reports.conftest import Desk


@pytest.fixture
def lawyer(desk: Desk, in_december: object) -> str:
    """An associate with 30.0 h in 2024, 1.2 h in 2023 and 9.9 h in 2025."""
    desk.hours("ASSOC", date(2024, 3, 1), 100, times=2)
    desk.hours("ASSOC", date(2024, 12, 31), 100)
    desk.hours("ASSOC", date(2023, 1, 1), 12)
    desk.hours("ASSOC", date(2025, 1, 1), 99)
    desk.case.record(minutes=600)
    return desk.keepers["ASSOC"].id


def describe(desk: Desk, **changed: object) -> None:
    plain = {"beneficiary": "limited_means", "channel": "program", "fee_expected_at_outset": False}
    with transaction():
        set_standing(desk.case.actor("bob"), desk.case.matter.id, **(plain | changed))  # pyright: ignore[reportArgumentType]


def figures(desk: Desk, keeper: str, state: str, **added: object) -> dict[str, object]:
    report = bar_report(desk.case.actor("bob"), keeper, state, added=Added(**added))  # pyright: ignore[reportArgumentType]
    return {
        each.key: each.words or (each.dollars if each.tenths is None else each.tenths)
        for each in report.answers
    }


def test_new_york_tells_two_calendar_years_apart_from_other_work(desk: Desk, lawyer: str) -> None:
    assert figures(desk, lawyer, "ny", dollars=250) == {
        "excused": "no",
        "rule_6_1_hours": 312,
        "rule_6_1_contributions": 250,
        "other_hours": 0,
    }
    describe(desk, beneficiary="civic")
    assert figures(desk, lawyer, "ny")["other_hours"] == 312
    assert figures(desk, lawyer, "ny", is_excused=True) == {"excused": "yes"}


def test_florida_tells_own_program_and_collective_hours(desk: Desk, lawyer: str) -> None:
    assert figures(desk, lawyer, "fl") == {
        "own_hours": 0,
        "program_hours": 300,
        "collective_hours": 0,
        "circuit": "–",
        "dollars": 0,
        "none": "no",
        "deferred": "–",
        "goal": "reached",
    }
    describe(desk, channel="collective")
    assert figures(desk, lawyer, "fl", circuit="11th")["collective_hours"] == 300
    describe(desk, fee_expected_at_outset=True)
    told = figures(desk, lawyer, "fl")
    assert (told["goal"], told["none"]) == ("not reached", "yes")
    told = figures(desk, lawyer, "fl", deferred_because="Judicial office")
    assert (told["none"], told["deferred"]) == ("no", "Judicial office")
    assert figures(desk, lawyer, "fl", dollars=350)["goal"] == "reached"


def test_illinois_tells_four_categories_in_twelve_months(desk: Desk, lawyer: str) -> None:
    describe(desk, beneficiary="training")
    told = figures(desk, lawyer, "il")
    assert (told["gave"], told["training_hours"], told["limited_means_hours"]) == ("yes", 300, 0)
    describe(desk, fee_expected_at_outset=True)
    told = figures(desk, lawyer, "il", is_prohibited=True)
    assert (told["gave"], told["prohibited"], told["training_hours"]) == ("no", "yes", 0)


def test_hours_that_a_fee_was_expected_for_count_nowhere(desk: Desk, lawyer: str) -> None:
    describe(desk, fee_expected_at_outset=True)
    report = bar_report(desk.case.actor("bob"), lawyer, "ny", added=Added())
    assert (report.answers[1].tenths, report.excluded_tenths) == (0, 312)
    assert {each.tenths for each in list_standings(desk.case.actor("bob"), 2024)} == {0}


def test_progress_tells_certified_hours_alone(desk: Desk, lawyer: str) -> None:
    told = {each.timekeeper.name: each.tenths for each in list_standings(desk.case.actor("bob"), 2024)}
    assert told["ASSOC"] == 300
    assert {each.tenths for each in list_standings(desk.case.actor("bob"), 2025)} == {99, 0}


def test_another_organisation_s_timekeeper_is_not_there(desk: Desk, lawyer: str) -> None:
    with pytest.raises(NotFound):
        bar_report(desk.case.actor("charlie"), lawyer, "ny", added=Added())
    with pytest.raises(NotFound):
        bar_report(desk.case.actor("bob"), lawyer, "tx", added=Added())


def test_the_statement_of_new_york_names_nobody(
    desk: Desk, lawyer: str, sign_in: Callable[[Member], FlaskClient], client: FlaskClient
) -> None:
    bob = sign_in(desk.case.cast.bob)
    address = f"/staff/pro-bono/{lawyer}/statement"
    page = bob.get(f"{address}?state=ny&dollars=250").text
    assert "31.2" in page
    table = bob.get(f"{address}.csv?state=ny&dollars=250").text
    document = PdfReader(io.BytesIO(bob.get(f"{address}.pdf?state=ny&dollars=250").data))
    printed = "".join(each.extract_text() for each in document.pages)
    head = {"Authorization": f"Bearer {desk.case.bearer('bob')}"}
    answer = client.get(
        f"/api/v1/timekeepers/{lawyer}/pro-bono-statements?state=ny&dollars=250", headers=head
    )
    statement = page.partition("<main")[2]  # around it stand the switches of the page itself
    for said in (statement, table, printed, answer.text):
        assert lawyer not in said
        assert "ASSOC" not in said
    for said in (table, printed):
        assert "31.2" in said
        assert "250" in said
        assert "Bob" not in said
    assert answer.get_json()["answers"][1]["tenths"] == 312


def test_a_lawyer_describes_a_matter_and_reads_the_progress(
    desk: Desk, lawyer: str, sign_in: Callable[[Member], FlaskClient]
) -> None:
    bob = sign_in(desk.case.cast.bob)
    address = f"/staff/matters/{desk.case.matter.id}/pro-bono"
    assert "A fee was expected at the outset" in bob.get(address).text
    wrong = send(bob, address, {"beneficiary": "friends", "channel": "own"})
    assert wrong.status_code == 422
    send(bob, address, {"beneficiary": "civic", "channel": "own", "fee_expected_at_outset": "true"})
    page = bob.get("/staff/pro-bono?year=2024").text
    assert "A fee was expected: not pro bono" in page
    assert bob.get(f"/staff/pro-bono/{lawyer}/statement?state=ny&dollars=-1").status_code == 422
    assert sign_in(desk.case.cast.carla).get("/staff/pro-bono").status_code == 404


def test_software_describes_a_matter(desk: Desk, client: FlaskClient) -> None:
    head = {"Authorization": f"Bearer {desk.case.bearer('bob')}"}
    address = f"/api/v1/matters/{desk.case.matter.id}/pro-bono-standing"
    assert client.get(address, headers=head).get_json()["channel"] == "program"
    body = {"beneficiary": "organisation", "channel": "collective", "fee_expected_at_outset": True}
    assert client.put(address, json=body, headers=head).get_json()["fee_expected_at_outset"] is True
    assert client.put(address, json=body | {"channel": "x"}, headers=head).status_code == 422
