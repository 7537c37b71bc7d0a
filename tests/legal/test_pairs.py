"""Whatever is certified, corrected and taken back, in any order: each value is that of its day's rate, a pair moves
together, and the public totals are those of the entries that stand."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.db import db, transaction
from core.money import Money
from legal.hours.approving import approvable
from legal.hours.certifying import Period, certify_entries, certify_period
from legal.hours.correcting import correct_time
from legal.hours.time_entry import APPROVED, TimeEntry, standing
from legal.hours.timekeeping import record_time, submit_time
from legal.matters.engaging import engage_timekeeper
from legal.matters.timekeeper import Timekeeper
from legal.rates.rate_matrix import matrix
from legal.rates.valuation import find_valuation, value_of
from legal.reports.transparency import public_legal, verify_totals
from tests.legal.conftest import Case

YEARS = st.sampled_from([2003, 2012, 2013, 2022, 2025])  # Laffey ends within 2013, EAJA begins in 2015
DAYS = st.builds(date, YEARS, st.sampled_from([5, 6]), st.sampled_from([1, 31]).map(lambda day: min(day, 30)))
WORK = st.tuples(st.integers(0, 3), DAYS, st.integers(1, 20))
STEPS = st.lists(
    st.tuples(st.sampled_from(["work", "period", "correct", "reverse"]), WORK), min_size=3, max_size=12
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@pytest.mark.parametrize("table", ["eaja", "usao-laffey"])
def test_sums_over_what_is_approved_are_those_of_what_stands(
    case: Case, keepers: list[Timekeeper], table: str, steps: list[tuple[str, tuple[int, date, int]]]
) -> None:
    with transaction() as session:
        session.get_one(type(case.matter), case.matter.id).matrix = table
    for step, (who, day, minutes) in steps:
        if step == "work":
            _write(case, keepers[who], day, minutes)
        elif step == "period":
            _certify_everything(case)
        else:
            _correct(case, day if step == "correct" else None, minutes)
    _certify_everything(case)
    _compare(case, table)


@pytest.fixture
def keepers(case: Case) -> list[Timekeeper]:
    with transaction():
        partner = engage_timekeeper(case.actor("bob"), name="Elder", classification="PARTNR", bar_year=1985)
        unknown = engage_timekeeper(case.actor("bob"), name="Newcomer", classification="ASSOC")
    return [case.bobs, case.volunteer, partner, unknown]


def _write(case: Case, keeper: Timekeeper, day: date, minutes: int) -> None:
    work = case.work(worked_on=day, minutes=minutes)
    with transaction():
        entry = record_time(case.actor("bob"), matter_id=case.matter.id, timekeeper_id=keeper.id, work=work)
        submit_time(case.actor("bob"), [entry.id])


def _certify_everything(case: Case) -> None:
    """Half of what waits by its ids, then the rest as a period: the two ways there are."""
    waiting = [each.id for each in db.session.scalars(approvable(case.actor("dana")))]
    if not waiting:
        return
    with transaction():
        certify_entries(case.actor("dana"), waiting[::2])
    if db.session.scalar(approvable(case.actor("dana")).limit(1)) is not None:
        years = Period(matter_id=case.matter.id, starts_on=date(2000, 1, 1), ends_on=date(2025, 12, 31))
        with transaction():
            done = certify_period(case.actor("dana"), years)
            if done.lock is not None:  # the next entries are written into the same years
                done.lock.reopened_at, done.lock.reopened_by_id = done.lock.locked_at, case.dana.id


def _correct(case: Case, day: date | None, minutes: int) -> None:
    back = select(TimeEntry.reverses_id).where(TimeEntry.reverses_id.is_not(None))
    chosen = standing(select(TimeEntry)).where(TimeEntry.id.not_in(back)).order_by(TimeEntry.id).limit(1)
    entry = db.session.scalar(chosen)
    if entry is not None:
        work = case.work(worked_on=day, minutes=minutes) if day else None
        with transaction():
            correct_time(case.actor("bob"), entry.id, work=work, reason="Another day")


def _compare(case: Case, table: str) -> None:
    db.session.expire_all()
    every = db.session.scalars(select(TimeEntry).where(TimeEntry.matter_id == case.matter.id)).all()
    assert {each.state for each in every} <= {APPROVED}
    hours, minor = 0, 0
    for entry in every:
        keeper = db.session.get_one(Timekeeper, entry.timekeeper_id)
        rate = matrix(table).find_rate(entry.worked_on, keeper.standing)
        valued = find_valuation(entry.id)
        worth = valued.value if valued else None
        assert worth == (value_of(entry.units_tenths, rate) if rate else None)
        stands = (
            entry in db.session.scalars(standing(select(TimeEntry)).where(TimeEntry.id == entry.id)).all()
        )
        hours += entry.units_tenths if stands else 0
        minor += worth.minor if stands and worth else 0
    figures = public_legal(case.campaign.id)
    assert (figures.hours_tenths, figures.in_kind.minor if every else 0) == (hours, minor)
    assert verify_totals() == []


@pytest.mark.pure
@given(st.integers(0, 240), st.integers(1, 10**7))
def test_a_value_is_rounded_half_up_and_taken_back_to_the_cent(tenths: int, rate: int) -> None:
    exact = Decimal(tenths) * rate / 10
    rate_an_hour = Money(rate, "USD")
    assert value_of(tenths, rate_an_hour).minor == int(exact.to_integral_value(ROUND_HALF_UP))
    assert value_of(-tenths, rate_an_hour) == -value_of(tenths, rate_an_hour)
