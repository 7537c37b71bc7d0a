"""Approval by somebody else, the value it brings, and what the public totals then say."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from legal.hours.approving import approvable, approve_time, count_approvable, return_time
from legal.hours.revaluing import revalue
from legal.hours.time_entry import TimeEntryApproval, TimeEntryReturn, get_entry
from legal.hours.timekeeping import Work, record_time, revise_time, submit_time
from legal.rates.valuation import Valuation, find_valuation
from legal.reports.transparency import public_legal, verify_totals
from staff.access import Actor
from tests.legal.conftest import Case, usd


def approvals(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TimeEntryApproval)) or 0


def test_a_colleague_approves_and_the_entry_is_valued_at_the_rate_of_its_day(
    session: Session, case: Case
) -> None:
    entry = case.approve(worked_on=date(2022, 7, 10), minutes=18)
    valuation = find_valuation(entry.id)
    assert entry.state == "approved"
    assert valuation is not None
    assert (valuation.value, valuation.matrix, valuation.rate_minor) == (usd("70.49"), "eaja", 23495)
    assert approvals(session) == 1


def test_nobody_approves_hours_they_wrote(session: Session, case: Case) -> None:
    entry = case.submit()
    with pytest.raises(Forbidden), transaction():
        approve_time(case.actor("bob"), [entry.id])
    assert (approvals(session), get_entry(case.actor("bob"), entry.id).state) == (0, "submitted")


def test_nobody_approves_hours_they_worked_though_a_colleague_wrote_them(case: Case) -> None:
    with transaction():
        entry = record_time(
            case.actor("dana"), matter_id=case.matter.id, timekeeper_id=case.bobs.id, work=case.work()
        )
        submit_time(case.actor("dana"), [entry.id])
    for name in ("bob", "dana"):
        with pytest.raises(Forbidden), transaction():
            approve_time(case.actor(name), [entry.id])
    with transaction():
        approve_time(case.actor("alice"), [entry.id])


def test_nobody_approves_hours_they_submitted(case: Case) -> None:
    entry = case.record()
    with transaction():
        submit_time(case.actor("dana"), [entry.id])
    with pytest.raises(Forbidden), transaction():
        approve_time(case.actor("dana"), [entry.id])


def test_a_token_approves_in_the_name_of_its_maker_and_never_its_maker_s_own(
    session: Session, case: Case
) -> None:
    entry, bobs, danas = case.submit(), case.token("bob"), case.token("dana")
    with pytest.raises(Forbidden), transaction():
        approve_time(bobs, [entry.id])
    with transaction():
        approve_time(danas, [entry.id])
    assert session.scalars(select(TimeEntryApproval)).one().approved_by_id == case.dana.id


def test_the_system_itself_does_not_approve(case: Case) -> None:
    entry = case.submit()
    system = Actor("system", case.cast.refugio.id, "Refugio", "Amparo", "owner")
    with pytest.raises(Forbidden), transaction():
        approve_time(system, [entry.id])


def test_another_organisation_s_entry_does_not_exist_for_an_approver(case: Case) -> None:
    entry = case.submit()
    for verb in (
        lambda: approve_time(case.actor("charlie"), [entry.id]),
        lambda: return_time(case.actor("charlie"), entry.id, reason="No"),
        lambda: revalue(case.actor("charlie"), entry.id, matrix_id="eaja"),
    ):
        with pytest.raises(NotFound), transaction():
            verb()


@pytest.mark.parametrize("name", ["carla", "frida", "vera"])
def test_roles_without_the_permission_do_not_approve(case: Case, name: str) -> None:
    entry = case.submit()
    with pytest.raises(Forbidden), transaction():
        approve_time(case.actor(name), [entry.id])


def test_approving_several_approves_all_or_none(session: Session, case: Case) -> None:
    ready, draft = case.submit(), case.record()
    with pytest.raises(Conflict), transaction():
        approve_time(case.actor("dana"), [ready.id, draft.id])
    assert approvals(session) == 0
    assert verify_totals() == []


def test_an_entry_is_approved_once(case: Case) -> None:
    entry = case.approve()
    with pytest.raises(Conflict), transaction():
        approve_time(case.actor("dana"), [entry.id])
    assert public_legal(case.campaign.id).hours_tenths == entry.units_tenths


def test_a_returned_entry_is_corrected_and_submitted_again(session: Session, case: Case) -> None:
    entry = case.submit(minutes=600)
    with transaction():
        return_time(case.actor("dana"), entry.id, reason="Ten hours for one section?")
    assert entry.state == "returned"
    with transaction():
        revise_time(case.actor("bob"), entry.id, work=case.work(minutes=60))
        submit_time(case.actor("bob"), [entry.id])
        approve_time(case.actor("dana"), [entry.id])
    assert public_legal(case.campaign.id).hours_tenths == 10
    assert session.scalars(select(TimeEntryReturn)).one().reason == "Ten hours for one section?"


def test_a_return_needs_a_reason(case: Case) -> None:
    entry = case.submit()
    with pytest.raises(Invalid) as caught, transaction():
        return_time(case.actor("dana"), entry.id, reason=" ")
    assert list(caught.value.errors) == ["reason"]


def test_what_may_be_approved_leaves_out_one_s_own(case: Case) -> None:
    entry = case.submit()
    assert [each.id for each in db.session.scalars(approvable(case.actor("dana")))] == [entry.id]
    for name in ("bob", "charlie", "vera"):
        assert count_approvable(case.actor(name)) == 0


def test_hours_of_a_year_without_a_rate_count_and_are_listed_as_unvalued(case: Case) -> None:
    entry = case.approve(worked_on=date(2014, 7, 10))
    figures = public_legal(case.campaign.id)
    assert find_valuation(entry.id) is None
    assert (figures.hours_tenths, figures.unvalued_tenths, figures.in_kind) == (12, 12, usd("0"))
    with pytest.raises(Conflict) as caught, transaction():
        revalue(case.actor("dana"), entry.id, matrix_id="eaja")
    assert caught.value.code == "rate_year_missing"


def test_a_later_valuation_is_a_new_row_and_the_totals_follow(session: Session, case: Case) -> None:
    entry = case.approve()
    with transaction():
        revalue(case.actor("dana"), entry.id, matrix_id="eaja")
    numbers = session.scalars(select(Valuation.number).order_by(Valuation.number)).all()
    assert list(numbers) == [1, 2]
    assert public_legal(case.campaign.id).in_kind == usd("310.15")
    assert verify_totals() == []


def test_only_approved_hours_are_valued(case: Case) -> None:
    entry = case.submit()
    with pytest.raises(Conflict) as caught, transaction():
        revalue(case.actor("dana"), entry.id, matrix_id="eaja")
    assert caught.value.code == "not_approved"


@pytest.mark.parametrize("table", ["time_entry_approval", "valuation"])
def test_approvals_and_valuations_cannot_be_rewritten(session: Session, case: Case, table: str) -> None:
    entry = case.approve()
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(f"DELETE FROM {table} WHERE entry_id = :id"), {"id": entry.id})
    session.rollback()


def test_two_organisations_hours_meet_in_the_totals_and_narratives_do_not(case: Case) -> None:
    case.approve(minutes=60)
    theirs = Work(
        worked_on=date(2025, 8, 1),
        minutes=120,
        task_code="L120",
        activity_code="A102",
        narrative="Research of Llano",
    )
    with transaction():
        entry = record_time(
            case.actor("charlie"), matter_id=case.matter.id, timekeeper_id=case.charlies.id, work=theirs
        )
    with pytest.raises(NotFound):
        get_entry(case.actor("bob"), entry.id)
    assert public_legal(case.campaign.id).hours_tenths == 10
