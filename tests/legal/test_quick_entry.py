"""Quick entry without a script: words for codes, a quotation mark for "as above", "same as last"."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from legal import utbms
from legal.hours.time_entry import TimeEntry
from tests.legal.conftest import Case, send


@pytest.mark.pure
@pytest.mark.parametrize(
    ("typed", "code"),
    [("pleading", "L210"), ("Oral argument", "L530"), ("l210 anything", "L210"), ("fact invest", "L110")],
)
def test_words_that_one_task_alone_has_are_as_good_as_its_code(typed: str, code: str) -> None:
    assert utbms.task_code(typed).code == code


@pytest.mark.pure
def test_words_of_several_codes_are_refused_with_the_candidates(app: object) -> None:
    with pytest.raises(Invalid) as caught:
        utbms.task_code("motions")
    assert "L240 Dispositive Motions" in caught.value.errors["task_code"][0]
    with pytest.raises(Invalid):
        utbms.activity_code("pleading")


def test_software_searches_the_catalogue_by_words_and_keeps_it_by_its_tag(
    case: Case, client: FlaskClient
) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    found = client.get("/api/v1/utbms-codes?q=discovery&kind=task", headers=bearer)
    assert {"L310", "L340", "L350", "L390"} <= {each["code"] for each in found.get_json()}
    again = client.get(
        "/api/v1/utbms-codes?q=discovery&kind=task",
        headers={**bearer, "If-None-Match": found.headers["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.once
def test_a_quotation_mark_repeats_what_stands_above_and_in_the_first_row_the_last_entry(
    session: Session, case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    page, matter, bob = sign_in(case.cast.bob), case.matter.id, case.bobs.id
    names = (
        "worked_on",
        "duration",
        "task_code",
        "activity_code",
        "narrative",
        "matter_id",
        "timekeeper_id",
        "starts_at",
    )
    rows = [
        ("2025-07-10", "1:12", "pleading", "A103", "Draft", matter, bob, "09:05"),
        ("2025-07-11", '"', '"', '"', "Redraft", matter, bob, ""),
        ("2025-07-12", "0:18", '"', '"', '"', matter, bob, ""),
    ]
    sent = send(
        page, "/staff/hours", [(name, cell) for row in rows for name, cell in zip(names, row, strict=True)]
    )
    assert sent.status_code == 302
    told = [
        (each.minutes_raw, each.task_code, each.narrative, each.starts_minute)
        for each in session.scalars(select(TimeEntry).order_by(TimeEntry.worked_on))
    ]
    assert told == [(72, "L210", "Draft", 545), (72, "L210", "Redraft", None), (18, "L210", "Redraft", None)]
    session.commit()
    ditto = ("2025-07-14", '"', '"', '"', '"', matter, bob, "")
    assert send(page, "/staff/hours", list(zip(names, ditto, strict=True))).status_code == 302
    latest = session.scalars(select(TimeEntry).order_by(TimeEntry.worked_on.desc()).limit(1)).one()
    assert (latest.task_code, latest.narrative) == ("L210", "Redraft")


@pytest.mark.once
def test_same_as_last_begins_the_sheet_with_the_last_entry(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in(case.cast.bob)
    assert page.get("/staff/hours?same=1").status_code == 200
    case.record(narrative="Call the consulate")
    assert 'value="Call the consulate"' in page.get("/staff/hours?same=1").text
    assert 'value="Call the consulate"' not in page.get("/staff/hours").text
