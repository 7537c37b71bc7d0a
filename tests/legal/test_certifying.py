"""Certifying a period in one act, closing it, and correcting what is certified by a pair."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from legal.hours.approving import approve_time, return_time
from legal.hours.certification import PeriodLock
from legal.hours.certifying import Outcome, Period, certify_period
from legal.hours.correcting import correct_time
from legal.hours.previewing import preview
from legal.hours.revaluing import revalue
from legal.hours.second_look import warnings_of
from legal.hours.time_entry import STATES, TRANSITIONS, TimeEntry, TimeEntryApproval, standing
from legal.hours.timekeeping import discard_time, record_time, revise_time, submit_time
from legal.rates.valuation import find_valuation
from legal.reports.transparency import public_legal, verify_totals
from staff.audit import AuditEvent
from tests.legal.conftest import Case, send, usd

JULY = (date(2025, 7, 1), date(2025, 7, 31))


def july(case: Case) -> Period:
    return Period(matter_id=case.matter.id, starts_on=JULY[0], ends_on=JULY[1])


def certify(case: Case, name: str = "dana", period: Period | None = None) -> Outcome:
    with transaction():
        return certify_period(case.actor(name), period or july(case))


def correct(case: Case, entry: TimeEntry, *, reason: str = "Wrong day", **changed: object) -> list[TimeEntry]:
    work = case.work(**changed) if changed else None
    with transaction():
        return correct_time(case.actor("bob"), entry.id, work=work, reason=reason)


def entries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TimeEntry)) or 0


def test_a_month_is_certified_valued_counted_and_closed_in_one_act(session: Session, case: Case) -> None:
    first, second = case.submit(), case.submit(worked_on=date(2025, 7, 31), minutes=18)
    case.submit(worked_on=date(2025, 8, 1))
    done = certify(case)
    assert (done.certification.entries, done.certification.units_tenths, done.left_open) == (2, 15, 0)
    assert done.lock is not None
    assert (first.state, second.state) == ("approved", "approved")
    assert {find_valuation(each.id) is not None for each in (first, second)} == {True}
    assert public_legal(case.campaign.id).hours_tenths == 15
    assert verify_totals() == []
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "hours.certified"))
    assert (event.after or {})["entries"] == 2


def test_a_period_with_something_open_stays_open_and_says_how_much(session: Session, case: Case) -> None:
    case.submit()
    case.record(worked_on=date(2025, 7, 11))
    done = certify(case)
    assert (done.certification.entries, done.left_open, done.lock) == (1, 1, None)
    case.record(worked_on=date(2025, 7, 12))
    assert session.scalar(select(func.count()).select_from(PeriodLock)) == 0


def test_nobody_certifies_their_own_month_though_it_is_one_act(case: Case) -> None:
    entry = case.submit()
    done = certify(case, "bob")
    assert (done.certification.entries, done.left_open, entry.state) == (0, 1, "submitted")


@pytest.mark.parametrize("column", ["author_id", "worker_id"])
def test_the_database_itself_refuses_one_s_own_approval(session: Session, case: Case, column: str) -> None:
    with transaction():
        entry = record_time(
            case.actor("alice"), matter_id=case.matter.id, timekeeper_id=case.bobs.id, work=case.work()
        )
    people = {"author_id": case.cast.alice.id, "worker_id": case.cast.bob.id}
    with pytest.raises(DatabaseError), transaction():
        session.execute(
            text(
                "INSERT INTO time_entry_approval (entry_id, author_id, worker_id, approved_by_id, approved_at) "
                "VALUES (:entry, :author_id, :worker_id, :by, '2025-08-01')"
            ),
            {"entry": entry.id, "by": people[column], **people},
        )


def test_in_a_closed_period_nothing_is_written_changed_or_thrown_away(session: Session, case: Case) -> None:
    entry = case.submit()
    later = case.record(worked_on=date(2025, 8, 2))
    certify(case)
    bob = case.actor("bob")
    for attempt in (
        lambda: record_time(bob, matter_id=case.matter.id, timekeeper_id=case.bobs.id, work=case.work()),
        lambda: revise_time(bob, later.id, work=case.work()),
        lambda: revise_time(bob, entry.id, work=case.work()),
        lambda: discard_time(bob, entry.id),
        lambda: certify_period(case.actor("dana"), july(case)),
    ):
        with pytest.raises(Conflict) as caught, transaction():
            attempt()
        assert caught.value.code == "period_locked"
    assert (entries(session), later.worked_on) == (2, date(2025, 8, 2))


def test_the_other_organisation_s_period_stays_its_own(case: Case) -> None:
    case.submit()
    certify(case)
    with transaction():
        record_time(
            case.actor("charlie"), matter_id=case.matter.id, timekeeper_id=case.charlies.id, work=case.work()
        )
    with pytest.raises(Conflict) as caught:
        certify(
            case,
            "charlie",
            Period(matter_id=case.matter.id, starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 31)),
        )
    assert caught.value.code == "nothing_to_certify"


def test_days_to_come_are_left_out_and_a_period_of_nothing_else_is_refused(case: Case) -> None:
    case.submit()
    done = certify(case, period=Period(matter_id=case.matter.id, starts_on=JULY[0], ends_on=date(2999, 1, 1)))
    assert done.lock is not None
    assert done.lock.ends_on < date(2999, 1, 1)
    with pytest.raises(Invalid):
        certify(
            case,
            period=Period(matter_id=case.matter.id, starts_on=date(2998, 1, 1), ends_on=date(2999, 1, 1)),
        )


def test_a_correction_is_a_pair_that_somebody_else_certifies_together(case: Case) -> None:
    entry = case.approve(worked_on=date(2022, 7, 10), minutes=18)
    back, told = correct(case, entry, worked_on=date(2022, 7, 10), minutes=30)
    assert (back.minutes_raw, back.units_tenths, back.reverses_id) == (-18, -3, entry.id)
    assert (told.minutes_raw, told.units_tenths, told.corrects_id) == (30, 5, entry.id)
    assert public_legal(case.campaign.id).hours_tenths == 3
    with pytest.raises(Forbidden), transaction():
        approve_time(case.actor("bob"), [told.id])
    with transaction():
        approve_time(case.actor("dana"), [told.id])
    assert (back.state, told.state, entry.state) == ("approved", "approved", "approved")
    counted = find_valuation(back.id)
    assert counted is not None
    assert counted.value == -usd("70.49")
    figures = public_legal(case.campaign.id)
    assert (figures.hours_tenths, figures.in_kind) == (5, usd("117.48"))
    assert verify_totals() == []
    assert list(db.session.scalars(standing(select(TimeEntry)))) == [told]


def test_what_is_taken_back_without_another_entry_counts_no_more(case: Case) -> None:
    entry = case.approve()
    (back,) = correct(case, entry)
    with transaction():
        approve_time(case.actor("dana"), [back.id])
    assert public_legal(case.campaign.id).hours_tenths == 0
    with pytest.raises(Conflict) as caught, transaction():
        revalue(case.actor("dana"), entry.id, matrix_id="eaja")
    assert caught.value.code == "taken_back"


def test_an_entry_is_taken_back_once_and_only_when_it_is_certified(case: Case) -> None:
    entry = case.approve()
    back, told = correct(case, entry, minutes=30)
    for subject, code in ((entry, "taken_back"), (back, "not_approved"), (told, "not_approved")):
        with pytest.raises(Conflict) as caught:
            correct(case, subject)
        assert caught.value.code == code
    with pytest.raises(Invalid):
        correct(case, case.approve(worked_on=date(2025, 7, 1)), reason=" ")


def test_a_pair_is_returned_and_submitted_again_together_and_its_half_is_not_edited(case: Case) -> None:
    back, told = correct(case, case.approve(), minutes=30)
    with transaction():
        return_time(case.actor("dana"), told.id, reason="Which call?")
    assert (back.state, told.state) == ("returned", "returned")
    with pytest.raises(Conflict), transaction():
        revise_time(case.actor("bob"), back.id, work=case.work())
    with transaction():
        revise_time(case.actor("bob"), told.id, work=case.work(minutes=36))
        submit_time(case.actor("bob"), [told.id])
    assert (back.state, told.state, told.units_tenths) == ("submitted", "submitted", 6)


def test_a_correction_is_written_into_a_closed_period_and_an_entry_of_another_firm_is_not_found(
    case: Case,
) -> None:
    entry = case.submit()
    certify(case)
    back, told = correct(case, entry, minutes=30)
    with transaction():
        approve_time(case.actor("dana"), [back.id])
    assert told.state == "approved"
    with pytest.raises(NotFound), transaction():
        correct_time(case.actor("charlie"), entry.id, work=None, reason="Not mine")


def test_hours_that_overlap_and_several_tasks_in_one_are_accepted_with_a_warning(case: Case) -> None:
    case.record(starts_minute=540, minutes=60)
    touching = case.record(starts_minute=600, minutes=60)
    assert warnings_of(touching) == []
    over = case.record(starts_minute=570, minutes=30)
    assert warnings_of(over) == ["The hours from 9:30 overlap with an entry from 9:00 to 10:00."]
    block = case.record(minutes=121, narrative="Draft the motion; call the client")
    assert len(warnings_of(block)) == 1
    short = case.record(minutes=120, narrative="Draft the motion; call the client")
    assert warnings_of(short) == []


STEPS = {
    "submitted": ("submissions", None),
    "approved": ("approvals", None),
    "returned": ("returns", {"reason": "Which call?"}),
}


@pytest.mark.parametrize("wanted", STEPS)
@pytest.mark.parametrize("present", STATES)
def test_every_illegal_step_answers_409_and_writes_nothing(
    session: Session, case: Case, client: FlaskClient, present: str, wanted: str
) -> None:
    entry = case.record()
    if present != "draft":
        with transaction():
            submit_time(case.actor("bob"), [entry.id])
            if present == "approved":
                approve_time(case.actor("dana"), [entry.id])
            elif present == "returned":
                return_time(case.actor("dana"), entry.id, reason="Which call?")
    events = session.scalar(select(func.count()).select_from(AuditEvent))
    session.commit()
    path, body = STEPS[wanted]
    maker = "bob" if wanted == "submitted" else "dana"
    answer = client.post(
        f"/api/v1/time-entries/{entry.id}/{path}",
        json=body,
        headers={"Authorization": f"Bearer {case.bearer(maker)}"},
    )
    db.session.expire_all()
    if (present, wanted) in TRANSITIONS:
        assert (answer.status_code, entry.state) == (201, wanted)
        return
    assert (answer.status_code, answer.get_json()["code"]) == (409, "illegal_transition")
    assert entry.state == present
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == events
    approvals = session.scalar(select(func.count()).select_from(TimeEntryApproval))
    assert approvals == (present == "approved")


def test_software_certifies_a_period_reads_its_lock_reopens_it_and_corrects(
    case: Case, client: FlaskClient
) -> None:
    entry = case.submit()
    bearer = {"Authorization": f"Bearer {case.bearer('dana')}"}
    at = f"/api/v1/matters/{case.matter.id}"
    days = {"starts_on": "2025-07-01", "ends_on": "2025-07-31"}
    done = client.post(f"{at}/certifications", json=days, headers=bearer)
    told = done.get_json()
    assert (done.status_code, told["entries"], told["left_open"]) == (201, 1, 0)
    edited = client.put(
        f"/api/v1/time-entries/{entry.id}",
        json={
            "worked_on": "2025-07-10",
            "minutes": 5,
            "task_code": "L210",
            "activity_code": "A103",
            "narrative": "x",
        },
        headers=bearer,
    )
    assert (edited.status_code, edited.get_json()["code"]) == (409, "period_locked")
    (lock,) = client.get(f"{at}/period-locks", headers=bearer).get_json()["items"]
    assert lock["id"] == told["period_lock_id"]
    reopened = client.post(
        f"/api/v1/period-locks/{lock['id']}/reopenings", json={"reason": "A late call"}, headers=bearer
    )
    assert reopened.get_json()["reopened_at"] is not None
    again = client.post(
        f"/api/v1/period-locks/{lock['id']}/reopenings", json={"reason": "A late call"}, headers=bearer
    )
    assert again.status_code == 404
    instead = {
        "worked_on": "2025-07-10",
        "duration": "0:30",
        "task_code": "L210",
        "activity_code": "A103",
        "narrative": "x",
        "starts_at": "09:05",
    }
    for no_object in (True, ["0:30"], "0:30", 30):
        refused = client.post(
            f"/api/v1/time-entries/{entry.id}/corrections",
            json={"reason": "Too long", "instead": no_object},
            headers=bearer,
        )
        assert refused.status_code == 422
        assert refused.get_json()["errors"]["instead"] == ["Send one JSON object."]
    pair = client.post(
        f"/api/v1/time-entries/{entry.id}/corrections",
        json={"reason": "Too long", "instead": instead},
        headers=bearer,
    ).get_json()
    assert [(each["minutes"], each["state"]) for each in pair] == [(-72, "submitted"), (30, "submitted")]
    assert pair[1]["starts_minute"] == 545


@pytest.mark.once
def test_the_page_says_what_will_be_public_and_certifies_the_month(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    case.submit()
    case.submit(task_code="L450", minutes=18)
    shown = preview(case.actor("dana"), july(case))
    assert [(row.phase, row.classification, row.tenths) for row in shown.rows] == [
        ("L200", "STFATT", 12),
        ("L400", "STFATT", 3),
    ]
    page = sign_in(case.dana)
    where = f"/staff/hours/certifications?matter={case.matter.id}&starts_on=2025-07-01&ends_on=2025-07-31"
    shown_page = page.get(where).text
    assert "What will be public" in shown_page
    assert "Draft the petition" not in shown_page
    days = {"starts_on": "2025-07-01", "ends_on": "2025-07-31"}
    sent = send(page, f"/staff/matters/{case.matter.id}/certifications", days)
    assert sent.status_code == 302
    after = page.get(where).text
    assert "The period is closed." in after
    assert "Open it again" in after
    (lock,) = db.session.scalars(select(PeriodLock)).all()
    assert send(page, f"/staff/period-locks/{lock.id}/reopenings", {"reason": ""}).status_code == 422
    assert send(page, f"/staff/period-locks/{lock.id}/reopenings", {"reason": "Late"}).status_code == 302
    assert page.get("/staff/hours/certifications").status_code == 200


@pytest.mark.once
def test_a_certified_entry_is_corrected_and_taken_back_on_its_page(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    entry, other = case.approve(), case.approve(worked_on=date(2025, 7, 11))
    page = sign_in(case.cast.bob)
    assert "Correct this entry" in page.get(f"/staff/hours/{entry.id}").text
    at = f"/staff/hours/{entry.id}/corrections"
    assert 'value="72min"' in page.get(at).text
    typed = {"worked_on": "2025-07-10", "duration": "0:30", "task_code": "L210", "activity_code": "A103"}
    assert send(page, at, typed).status_code == 422
    assert send(page, at, {**typed, "narrative": "Draft", "reason": "Too long"}).status_code == 302
    assert "Nothing to correct here" in page.get(at).text
    assert send(page, f"/staff/hours/{other.id}/reversals", {"reason": ""}).status_code == 422
    assert send(page, f"/staff/hours/{other.id}/reversals", {"reason": "Another matter"}).status_code == 302
    assert "Taken back" in page.get("/staff/hours").text
