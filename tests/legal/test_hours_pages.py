"""The timesheet, the list, approval: what people of each role see and may send."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from legal.hours.time_entry import TimeEntry, get_entry
from staff.member import Member
from tests.legal.conftest import Case, send

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def bob(case: Case, sign_in: SignIn) -> FlaskClient:
    return sign_in(case.cast.bob)


@pytest.fixture
def dana(case: Case, sign_in: SignIn) -> FlaskClient:
    return sign_in(case.dana)


def sheet(case: Case, *rows: dict[str, str]) -> list[tuple[str, str]]:
    """Rows of the timesheet as a browser sends them."""
    plain = {
        "worked_on": "2025-07-10",
        "matter_id": case.matter.id,
        "timekeeper_id": case.bobs.id,
        "task_code": "L210 Pleading",
        "activity_code": "A103 Draft/revise",
        "duration": "1h 12m",
        "narrative": "Draft the petition",
    }
    return [(name, (plain | row)[name]) for row in rows for name in plain]


def written(session: Session) -> list[TimeEntry]:
    return list(session.scalars(select(TimeEntry).order_by(TimeEntry.written_at)))


def test_a_filled_row_becomes_a_draft_and_blank_rows_are_left_aside(
    session: Session, case: Case, bob: FlaskClient
) -> None:
    blank = {"duration": "", "task_code": "", "activity_code": "", "narrative": ""}
    answer = send(bob, "/staff/hours", sheet(case, {}, blank, {"duration": "0:30"}, blank))
    assert answer.status_code == 302
    assert [entry.minutes_raw for entry in written(session)] == [72, 30]
    assert b"2 entries are written as drafts" in bob.get("/staff/hours").data


def test_a_wrong_row_is_shown_with_its_sentence_and_nothing_is_written(
    session: Session, case: Case, bob: FlaskClient, subtests: pytest.Subtests
) -> None:
    for row, words in [
        ({"duration": "soon"}, "Write a duration such as"),
        ({"duration": "0m"}, "Enter between 1 minute and 24 hours"),
        ({"duration": "1441min"}, "Enter between 1 minute and 24 hours"),
        ({"task_code": "L100"}, "L100 is a phase"),
        ({"task_code": "E112"}, "E112 is not a task code"),
        ({"worked_on": "2999-01-01"}, "This day is in the future"),
    ]:
        with subtests.test(row=row, words=words):
            answer = send(bob, "/staff/hours", sheet(case, {}, row))
            assert answer.status_code == 422
            assert words in answer.text
            assert 'aria-invalid="true"' in answer.text
            assert written(session) == []


def test_rows_that_overfill_a_day_together_are_refused_together(
    session: Session, case: Case, bob: FlaskClient
) -> None:
    answer = send(bob, "/staff/hours", sheet(case, {"duration": "20h"}, {"duration": "5h"}))
    assert answer.status_code == 422
    assert "it would exceed 24 hours" in answer.text
    assert written(session) == []


def test_a_long_day_is_written_with_a_warning(case: Case, bob: FlaskClient) -> None:
    send(bob, "/staff/hours", sheet(case, {"duration": "17h"}))
    assert "This day now has 17h. Please check it." in bob.get("/staff/hours").text


def test_an_empty_sheet_says_so_and_writes_nothing(session: Session, case: Case, bob: FlaskClient) -> None:
    answer = send(bob, "/staff/hours", sheet(case, {"duration": "", "task_code": "", "narrative": ""}))
    assert answer.status_code == 422
    assert "Nothing was written: no row says" in answer.text
    assert written(session) == []


@pytest.mark.parametrize("words", ["petition", "PLEADING", "bob draft", "L210"])
def test_the_list_is_searched_in_words_people_and_names_of_codes(
    case: Case, bob: FlaskClient, words: str
) -> None:
    case.record()
    case.record(task_code="L450", activity_code="A109", narrative="Attend the hearing")
    page = bob.get("/staff/hours", query_string={"q": words}).text
    assert ">Draft the petition<" in page
    assert ">Attend the hearing<" not in page


def test_a_wildcard_is_searched_as_it_stands(case: Case, bob: FlaskClient) -> None:
    case.record()
    assert ">Draft the petition<" not in bob.get("/staff/hours?q=%25").text


def test_the_list_has_fifty_a_page(case: Case, bob: FlaskClient) -> None:
    for number in range(51):
        case.record(minutes=6, narrative=f"Entry {number:02}", worked_on=date(2025, 7, 1 + number % 28))
    assert bob.get("/staff/hours").text.count(">Entry ") == 50
    assert bob.get("/staff/hours?page=2").text.count(">Entry ") == 1


def test_the_list_takes_as_many_statements_for_fifty_entries_as_for_one(
    case: Case, bob: FlaskClient, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    case.record(minutes=6)
    one = count_statements(lambda: bob.get("/staff/hours"))
    for _each in range(30):
        case.record(minutes=6)
    assert count_statements(lambda: bob.get("/staff/hours")) == one


def test_another_organisation_sees_neither_the_list_nor_the_entry(case: Case, sign_in: SignIn) -> None:
    entry = case.record()
    charlie = sign_in(case.cast.charlie)
    assert "Draft the petition" not in charlie.get("/staff/hours").text
    assert "Draft the petition" not in charlie.get("/staff/hours.csv").text
    assert charlie.get(f"/staff/hours/{entry.id}").status_code == 404
    assert send(charlie, f"/staff/hours/{entry.id}/discards").status_code == 404


@pytest.mark.parametrize("name", ["carla", "frida", "vera"])
def test_roles_without_hours_find_no_such_page(case: Case, sign_in: SignIn, name: str) -> None:
    assert sign_in(getattr(case.cast, name)).get("/staff/hours").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/staff/hours")
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login")


def test_the_export_is_the_list_that_is_shown(case: Case, bob: FlaskClient) -> None:
    case.record(narrative="=1+1 research")
    case.record(narrative="Attend the hearing")
    text = bob.get("/staff/hours.csv?q=research").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["narrative"] for row in rows] == ["'=1+1 research"]
    assert (rows[0]["hours"], rows[0]["minutes"]) == ("1.2", "72")


def test_a_draft_is_corrected_on_its_own_page(session: Session, case: Case, bob: FlaskClient) -> None:
    entry = case.record()
    assert 'value="72min"' in bob.get(f"/staff/hours/{entry.id}").text
    typed = {
        "worked_on": "2025-07-11",
        "duration": "0:30",
        "task_code": "L210",
        "activity_code": "A104",
        "narrative": "Review the petition",
    }
    assert send(bob, f"/staff/hours/{entry.id}", typed).status_code == 302
    session.expire_all()
    corrected = get_entry(case.actor("bob"), entry.id)
    assert (corrected.minutes_raw, corrected.narrative) == (30, "Review the petition")
    wrong = send(bob, f"/staff/hours/{entry.id}", typed | {"task_code": "L200"})
    assert wrong.status_code == 422
    assert "L200 is a phase" in wrong.text


def test_ticked_drafts_are_submitted_and_then_approved_by_a_colleague(
    session: Session, case: Case, bob: FlaskClient, dana: FlaskClient
) -> None:
    entries = [case.record(), case.record()]
    ids = [("entry_id", entry.id) for entry in entries]
    send(bob, "/staff/hours/submissions", ids)
    waiting = dana.get("/staff/hours/approvals").text
    assert waiting.count("Draft the petition</td>") == 2
    assert "$310.15" in waiting
    send(dana, "/staff/hours/approvals", ids)
    assert "2 entries are approved and count now" in dana.get("/staff/hours/approvals").text
    session.expire_all()
    assert {entry.state for entry in written(session)} == {"approved"}


def test_one_s_own_hours_are_not_offered_and_not_approved(
    session: Session, case: Case, bob: FlaskClient
) -> None:
    entry = case.submit()
    assert "Nothing waits for you" in bob.get("/staff/hours/approvals").text
    send(bob, "/staff/hours/approvals", {"entry_id": entry.id})
    assert "Nobody approves hours they wrote" in bob.get("/staff/hours/approvals").text
    session.expire_all()
    assert get_entry(case.actor("bob"), entry.id).state == "submitted"


def test_an_entry_goes_back_with_a_reason_that_its_author_reads(
    case: Case, bob: FlaskClient, dana: FlaskClient
) -> None:
    entry = case.submit()
    assert send(dana, f"/staff/hours/{entry.id}/returns", {"reason": " "}).status_code == 422
    send(dana, f"/staff/hours/{entry.id}/returns", {"reason": "Which section?"})
    assert "Returned: Which section?" in bob.get(f"/staff/hours/{entry.id}").text


def test_the_week_shows_its_total_and_submits_its_drafts(
    session: Session, case: Case, bob: FlaskClient
) -> None:
    case.record(worked_on=date(2025, 7, 8), minutes=60)
    case.record(worked_on=date(2025, 7, 10), minutes=30)
    case.record(worked_on=date(2025, 7, 14), minutes=30)
    page = bob.get("/staff/hours?week=2025-07-09").text
    assert "Submit the 2 drafts of this week" in page
    assert "<strong>1.5</strong>" in page


def test_the_staff_home_counts_what_waits(case: Case, dana: FlaskClient, bob: FlaskClient) -> None:
    case.submit()
    assert "One time entry to approve" in dana.get("/staff/").text
    assert "time entry to approve" not in bob.get("/staff/").text
