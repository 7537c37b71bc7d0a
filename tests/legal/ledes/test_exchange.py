"""A matter's hours out as LEDES 1998B and in again: nothing is lost, nothing is doubled, nobody is named."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import db, transaction
from core.errors import Forbidden, Invalid, NotFound
from legal.costs.claiming import Cost, approve_expense, claim_expense, pay_expense
from legal.hours.approving import approve_time
from legal.hours.time_entry import TimeEntry
from legal.hours.timekeeping import submit_time
from legal.ledes.exporting import export_ledes, opaque, sorting_name
from legal.ledes.importing import Into, import_ledes
from legal.ledes.reading import LedesRefused, read
from legal.matters.engaging import MatterTerms, open_matter
from tests.legal.conftest import Case, usd

PERIOD: dict[str, Any] = {"starts_on": date(2025, 6, 1), "ends_on": date(2025, 7, 31)}


@pytest.fixture
def worked(case: Case) -> Case:
    """Two approved entries of Bob's and one paid court fee."""
    case.cast.refugio.tax_id = "24-6437381"
    db.session.commit()
    case.approve()
    case.approve(worked_on=date(2025, 7, 11), minutes=18, narrative="Call about the hearing | bond []")
    case.give(usd("1000"))
    with transaction():
        claim = claim_expense(
            case.actor("bob"),
            matter_id=case.matter.id,
            cost=Cost(
                fund_id=case.fund.id,
                expense_code="E112",
                amount=usd("405"),
                incurred_on=date(2025, 6, 2),
                description="Filing fee",
            ),
        )
        approve_expense(case.actor("frida"), claim.id)
        pay_expense(case.actor("frida"), claim.id)
    return case


def export(case: Case, name: str = "bob", **options: Any) -> str:
    with transaction():
        return export_ledes(case.actor(name), case.matter.id, **{**PERIOD, **options})


def test_an_export_carries_hours_and_costs_and_names_no_client(worked: Case) -> None:
    text = export(worked)
    records = read(text)
    assert [record["EXP/FEE/INV_ADJ_TYPE"] for record in records] == ["F", "F", "E", "IF"]
    assert records[0]["INVOICE_TOTAL"] == "405.00"
    assert records[0]["LINE_ITEM_DESCRIPTION"] == "Pleading"
    assert records[0]["CLIENT_ID"] == opaque("C", worked.campaign.client_id or "")
    for private in ("Draft the petition", "Filing fee", "Carlos", worked.matter.id, "hearing"):
        assert private not in text


def test_counsel_may_ask_for_the_narratives(worked: Case) -> None:
    words = [record["LINE_ITEM_DESCRIPTION"] for record in read(export(worked, with_narratives=True))]
    assert words[:2] == ["Draft the petition", "Call about the hearing / bond ( )"]
    with pytest.raises(Forbidden):
        export(worked, "frida", with_narratives=True)


def test_one_s_own_export_imported_again_changes_nothing(worked: Case) -> None:
    text = export(worked)
    with transaction():
        done = import_ledes(worked.actor("bob"), text, Into(matter_id=worked.matter.id))
    assert (len(done.entries), done.already_here, done.costs, done.adjustments) == (0, 2, 1, 1)
    assert export(worked) == text


def test_hours_imported_into_another_matter_export_to_the_same_lines(case: Case) -> None:
    case.cast.refugio.tax_id = "24-6437381"
    db.session.commit()
    drafts = [case.record(), case.record(worked_on=date(2025, 7, 11), minutes=18)]
    with transaction():
        submit_time(case.actor("bob"), [each.id for each in drafts])
        approve_time(case.actor("dana"), [each.id for each in drafts])
    text = export(case)
    with transaction():
        moved = _second_matter(case)
    with transaction():
        done = import_ledes(case.actor("bob"), text, Into(matter_id=moved))
    assert [(each.minutes_raw, each.units_tenths) for each in done.entries] == [(72, 12), (18, 3)]
    with transaction():
        submit_time(case.actor("bob"), [each.id for each in done.entries])
        approve_time(case.actor("dana"), [each.id for each in done.entries])
    with transaction():
        again = export_ledes(case.actor("bob"), moved, **PERIOD)
    ours, theirs = read(text)[0], read(again)[0]
    for name in ("LAW_FIRM_MATTER_ID", "INVOICE_NUMBER"):
        again = again.replace(theirs[name], ours[name])
    assert again == text


def _second_matter(case: Case) -> str:
    terms = MatterTerms(title="Appeal", opened_on=date(2025, 5, 5))
    return open_matter(case.actor("bob"), campaign_id=case.campaign.id, terms=terms).id


def test_an_organisation_without_a_tax_id_is_told_the_line_and_the_field(case: Case) -> None:
    case.approve()
    with pytest.raises(LedesRefused) as caught:
        export(case)
    assert str(caught.value.problems[0]) == "line 3, field 20 LAW_FIRM_ID: blank"


def test_hours_without_a_rate_are_refused_and_not_billed_at_zero(case: Case) -> None:
    case.cast.refugio.tax_id = "1"
    case.matter.matrix = "usao-laffey"
    db.session.commit()
    case.approve()
    with pytest.raises(LedesRefused) as caught:
        export(case)
    assert {problem.name for problem in caught.value.problems} == {"LINE_ITEM_UNIT_COST"}


def test_an_empty_period_and_one_turned_round_are_refused(worked: Case) -> None:
    for starts_on, ends_on in ((date(2025, 5, 5), date(2025, 5, 6)), (date(2025, 7, 2), date(2025, 7, 1))):
        with pytest.raises(Invalid):
            export(worked, starts_on=starts_on, ends_on=ends_on)


def test_each_organisation_exports_its_own_work_alone(worked: Case) -> None:
    with pytest.raises(Invalid):
        export(worked, "charlie")
    with transaction():
        foreign = _second_matter(worked)
    with pytest.raises(NotFound), transaction():
        export_ledes(worked.actor("charlie"), foreign, **PERIOD)


def test_an_unknown_timekeeper_and_odd_hours_are_refused_with_line_and_field(
    session: Session, worked: Case
) -> None:
    text = export(worked)
    odd = text.replace(opaque("T", worked.bobs.id), "TK-9").replace("|Bob|", "|Nobody, N|")
    with pytest.raises(LedesRefused) as caught, transaction():
        import_ledes(worked.actor("bob"), odd, Into(matter_id=worked.matter.id))
    problems = caught.value.problems
    assert [(each.line, each.field, each.code) for each in problems] == [
        (3, 18, "not_accepted"),
        (4, 18, "not_accepted"),
    ]
    assert session.scalar(select(func.count()).select_from(TimeEntry)) == 2


@pytest.mark.parametrize(
    ("name", "written"),
    [("Ana Lucero", "Lucero, Ana"), ("Bob", "Bob"), ("José Núñez", "Nunez, Jose"), ("A" * 40, "A" * 30)],
)
def test_names_are_written_family_name_first_in_ascii(name: str, written: str) -> None:
    assert sorting_name(name) == written


def test_the_commands_export_and_import(app: Flask, worked: Case, tmp_path: Path) -> None:
    runner, file = app.test_cli_runner(), tmp_path / "f.ledes"
    period = ["--from", "2025-06-01", "--to", "2025-07-31"]
    first = runner.invoke(args=["hours", "export", "--matter", worked.matter.id, *period])
    file.write_text(first.output, encoding="ascii")
    assert "2 are here already" in runner.invoke(args=["hours", "import", str(file)]).output
    again = runner.invoke(args=["hours", "export", "--matter", worked.matter.id, *period])
    assert (first.exit_code, again.output) == (0, first.output)
    file.write_text(first.output.replace("|405.00|20250601", "|406.00|20250601"), encoding="ascii")
    broken = runner.invoke(args=["hours", "import", str(file), "--preview"])
    assert (broken.exit_code, "field 5 INVOICE_TOTAL" in broken.output) == (1, True)


def test_software_and_the_matter_page_get_the_same_file(
    worked: Case, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    bearer = {"Authorization": f"Bearer {worked.bearer('bob')}"}
    path = f"/api/v1/matters/{worked.matter.id}/ledes"
    read_by_api = client.get(f"{path}?from=2025-06-01&to=2025-07-31", headers=bearer)
    told = client.post(path, json={"file": read_by_api.text, "preview": True}, headers=bearer).get_json()
    assert (told["entries"], told["already_here"]) == (0, 2)
    page = sign_in(worked.cast.bob)
    typed = {"starts_on": "2025-06-01", "ends_on": "2025-07-31"}
    got = page.post(f"/staff/matters/{worked.matter.id}/ledes", data=typed)
    assert got.text == read_by_api.text
    assert "2025-06-01-2025-07-31.ledes" in got.headers["Content-Disposition"]
    empty = page.post(f"/staff/matters/{worked.matter.id}/ledes", data={"starts_on": "", "ends_on": ""})
    assert empty.status_code == 302
