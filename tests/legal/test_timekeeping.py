"""Writing hours down: what is accepted, what is refused, and that a refusal writes nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from legal.hours.second_look import long_day_warning
from legal.hours.time_entry import STATES, TRANSITIONS, TimeEntry, TimeEntryApproval, get_entry
from legal.hours.timekeeping import discard_time, record_time, revise_time, submit_time
from legal.matters.engaging import close_matter
from staff.access import Actor
from tests.legal.conftest import Case


def written(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TimeEntry)) or 0


def test_an_entry_keeps_raw_minutes_rounded_tenths_and_the_policy_s_name(case: Case) -> None:
    entry = case.record(minutes=63)
    assert (entry.minutes_raw, entry.units_tenths, entry.rounding_policy) == (63, 11, "nearest")
    assert (entry.state, entry.author_id) == ("draft", case.cast.bob.id)


def test_codes_are_kept_in_their_canonical_spelling(case: Case) -> None:
    entry = case.record(task_code="l210 pleading", activity_code="a103")
    assert (entry.task_code, entry.activity_code) == ("L210", "A103")


def test_a_broken_rule_names_its_field_and_writes_nothing(
    session: Session, case: Case, subtests: pytest.Subtests
) -> None:
    for field, changed in [
        ("minutes", {"minutes": 0}),
        ("minutes", {"minutes": 1441}),
        ("minutes", {"minutes": -5}),
        ("task_code", {"task_code": "L999"}),
        ("task_code", {"task_code": "L100"}),
        ("task_code", {"task_code": "E112"}),
        ("task_code", {"task_code": ""}),
        ("activity_code", {"activity_code": "A112"}),
        ("activity_code", {"activity_code": "E101"}),
        ("narrative", {"narrative": "  "}),
        ("narrative", {"narrative": "x" * 2001}),
        ("worked_on", {"worked_on": date(2999, 1, 1)}),
    ]:
        with subtests.test(field=field, changed=changed):
            with pytest.raises(Invalid) as caught:
                case.record(**changed)
            assert list(caught.value.errors) == [field]
            assert written(session) == 0


def test_every_broken_rule_is_named_at_once(case: Case) -> None:
    with pytest.raises(Invalid) as caught:
        case.record(minutes=0, task_code="L100", activity_code="", narrative="")
    assert set(caught.value.errors) == {"minutes", "task_code", "activity_code", "narrative"}


def test_tomorrow_in_the_organisation_s_zone_is_refused_and_today_is_not(case: Case) -> None:
    today = clock.today(case.cast.refugio.zone)
    case.record(worked_on=today)
    with pytest.raises(Invalid):
        case.record(worked_on=today + timedelta(days=1))


def test_a_day_takes_exactly_twenty_four_hours(session: Session, case: Case) -> None:
    case.record(minutes=1000)
    case.record(minutes=440)
    with pytest.raises(Invalid) as caught:
        case.record(minutes=1)
    assert list(caught.value.errors) == ["minutes"]
    assert written(session) == 2


def test_correcting_an_entry_does_not_count_it_twice_against_its_day(case: Case) -> None:
    entry = case.record(minutes=1440)
    with transaction():
        revise_time(case.actor("bob"), entry.id, work=case.work(minutes=1439))
    assert entry.minutes_raw == 1439


@pytest.mark.parametrize(("minutes", "is_warned"), [(960, False), (961, True)])
def test_a_day_over_sixteen_hours_is_accepted_with_a_warning(
    case: Case, minutes: int, is_warned: bool
) -> None:
    entry = case.record(minutes=minutes)
    assert bool(long_day_warning(entry)) is is_warned


def test_a_colleague_writes_for_a_volunteer_who_does_not_sign_in(case: Case) -> None:
    with transaction():
        entry = record_time(
            case.actor("bob"), matter_id=case.matter.id, timekeeper_id=case.volunteer.id, work=case.work()
        )
    assert entry.author_id == case.cast.bob.id


def test_a_token_writes_in_the_name_of_its_maker(case: Case) -> None:
    token = case.token("dana")
    with transaction():
        entry = record_time(
            token, matter_id=case.matter.id, timekeeper_id=case.volunteer.id, work=case.work()
        )
    assert entry.author_id == case.dana.id


def test_the_system_writes_only_for_a_timekeeper_who_signs_in(case: Case) -> None:
    system = Actor("system", case.cast.refugio.id, "Refugio", "Amparo", "owner")
    with transaction():
        entry = record_time(system, matter_id=case.matter.id, timekeeper_id=case.bobs.id, work=case.work())
    assert entry.author_id == case.cast.bob.id
    with pytest.raises(Forbidden), transaction():
        record_time(system, matter_id=case.matter.id, timekeeper_id=case.volunteer.id, work=case.work())


def test_another_organisation_s_timekeeper_matter_or_entry_does_not_exist(case: Case) -> None:
    entry = case.record()
    with pytest.raises(NotFound), transaction():
        record_time(
            case.actor("bob"), matter_id=case.matter.id, timekeeper_id=case.charlies.id, work=case.work()
        )
    with pytest.raises(NotFound):
        get_entry(case.actor("charlie"), entry.id)
    with pytest.raises(NotFound), transaction():
        revise_time(case.actor("charlie"), entry.id, work=case.work())


@pytest.mark.parametrize("name", ["carla", "frida", "vera"])
def test_roles_without_hours_cannot_write_them(case: Case, name: str) -> None:
    with pytest.raises(Forbidden), transaction():
        record_time(case.actor(name), matter_id=case.matter.id, timekeeper_id=case.bobs.id, work=case.work())


def test_a_closed_matter_takes_earlier_days_only(case: Case) -> None:
    with transaction():
        close_matter(case.actor("bob"), case.matter.id, closed_on=date(2025, 11, 14))
    case.record(worked_on=date(2025, 11, 14))
    with pytest.raises(Invalid) as caught:
        case.record(worked_on=date(2025, 11, 15))
    assert list(caught.value.errors) == ["worked_on"]
    with pytest.raises(Conflict), transaction():
        close_matter(case.actor("bob"), case.matter.id, closed_on=date(2025, 11, 14))


def test_a_submitted_entry_can_be_neither_changed_nor_thrown_away(case: Case) -> None:
    entry = case.submit()
    for verb in (lambda a, i: revise_time(a, i, work=case.work()), discard_time):
        with pytest.raises(Conflict) as caught, transaction():
            verb(case.actor("bob"), entry.id)
        assert caught.value.code == "entry_locked"


def test_a_draft_can_be_thrown_away(session: Session, case: Case) -> None:
    entry = case.record()
    with transaction():
        discard_time(case.actor("bob"), entry.id)
    assert written(session) == 0


def test_submitting_several_moves_all_or_none(session: Session, case: Case) -> None:
    draft, submitted = case.record(), case.submit()
    with pytest.raises(Conflict), transaction():
        submit_time(case.actor("bob"), [draft.id, submitted.id])
    session.expire_all()
    assert get_entry(case.actor("bob"), draft.id).state == "draft"


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_pair_of_states_is_a_step_of_the_table_or_a_conflict(before: str, after: str) -> None:
    entry = TimeEntry(state=before)
    if (before, after) in TRANSITIONS:
        entry.move_to(after)
        assert entry.state == after
        return
    with pytest.raises(Conflict) as caught:
        entry.move_to(after)
    assert (caught.value.code, entry.state) == ("illegal_transition", before)


def test_the_database_itself_refuses_an_approval_by_the_author(session: Session, case: Case) -> None:
    entry = case.submit()
    session.add(
        TimeEntryApproval(entry_id=entry.id, author_id=entry.author_id, approved_by_id=entry.author_id)
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_the_database_itself_refuses_an_approval_that_names_another_author(
    session: Session, case: Case
) -> None:
    entry = case.submit()
    session.add(TimeEntryApproval(entry_id=entry.id, author_id=case.dana.id, approved_by_id=case.cast.bob.id))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
