"""A payment fails: five tries in two weeks, mails, restoration by any success, and the end."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donors.gifts.gift import Gift
from donors.jobs import sweep
from donors.recurring.instalment import Attempt
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from tests.donors.recurring.conftest import (
    REFUSING_CARD,
    Calendar,
    Promised,
    charged,
    instalments,
    put_card,
    subjects,
)


def fail(
    calendar: Calendar, promised: Promised, rhythm: str = "month", due: str = "2027-02-10"
) -> RecurringGift:
    promise = promised("20", rhythm=rhythm)
    put_card(calendar.stripe, promise, REFUSING_CARD)
    calendar.traveller.move_to(f"{due}T17:00:00Z")
    calendar.settle()
    assert promise.state == "failing"
    return promise


def test_retries_on_days_1_3_7_and_13_then_it_lapses(
    session: Session, promised: Promised, calendar: Calendar
) -> None:
    promise = fail(calendar, promised)
    tries = {0: 1}
    for day in range(1, 14):
        calendar.pass_days(1)
        tries[day] = len(session.scalars(select(Attempt)).all()) - 1  # one is the first payment's
    assert [day for day in range(1, 14) if tries[day] > tries[day - 1]] == [1, 3, 7, 13]
    assert (promise.state, promise.next_attempt_at) == ("lapsed", None)
    assert instalments(session) == [("2027-01-10", "paid"), ("2027-02-10", "lapsed")]
    asked = session.scalars(select(Cancellation)).one()
    assert (asked.asked_by, asked.reason) == ("system", "payments_failed")
    assert subjects(session, "failed:") == ["Your payment did not go through"]
    assert subjects(session, "lapsed:") == ["Your recurring gift has lapsed"]
    assert subjects(session, "cancelled:") == []
    calendar.pass_days(60, step=20)
    assert charged(calendar.stripe) == [2000]
    assert asked.done_at is not None


def test_a_retry_that_goes_through_restores_it(
    session: Session, promised: Promised, calendar: Calendar
) -> None:
    promise = fail(calendar, promised)
    calendar.pass_days(1)
    put_card(calendar.stripe, promise, "4242424242424242")
    calendar.pass_days(1)
    assert promise.state == "failing"
    calendar.pass_days(1)
    assert (promise.state, promise.retries, promise.next_attempt_at) == ("active", 0, None)
    assert instalments(session)[-1] == ("2027-02-10", "paid")
    tries = session.scalars(select(Attempt).order_by(Attempt.at, Attempt.number)).all()
    assert [each.is_paid for each in tries] == [True, False, False, True]
    assert tries[1].refusal != ""
    calendar.pass_days(27, step=9)
    assert charged(calendar.stripe) == [2000, 2000, 2000]


def test_a_weekly_gift_is_never_charged_for_two_weeks_at_once(
    session: Session, promised: Promised, calendar: Calendar
) -> None:
    promise = fail(calendar, promised, rhythm="week", due="2027-01-17")
    for _each in range(8):
        calendar.pass_days(1)
    assert promise.state == "failing"
    assert [state for _day, state in instalments(session)] == ["paid", "lapsed", "failed"]
    put_card(calendar.stripe, promise, "4242424242424242")
    calendar.pass_days(6)
    assert [state for _day, state in instalments(session)][:3] == ["paid", "lapsed", "paid"]
    assert promise.state == "active"
    assert set(charged(calendar.stripe)) == {2000}
    assert len(charged(calendar.stripe)) == len([s for _d, s in instalments(session) if s == "paid"])


def test_instalments_are_there_from_the_day_they_are_due(
    session: Session, promised: Promised, calendar: Calendar
) -> None:
    """Whatever Stripe's news do: nothing is delivered here."""
    promised("20")
    calendar.traveller.move_to("2027-02-10T00:30:00Z")
    session.commit()
    sweep.run()
    sweep.run()
    session.expire_all()
    assert instalments(session) == [("2027-01-10", "paid"), ("2027-02-10", "due")]


def test_a_yearly_payment_is_announced_two_weeks_before(
    session: Session, promised: Promised, calendar: Calendar
) -> None:
    promised("20", rhythm="year")
    calendar.traveller.move_to("2027-12-26T12:00:00Z")
    calendar.settle()
    assert subjects(session, "yearly:") == []
    calendar.pass_days(1)
    calendar.pass_days(1)
    assert subjects(session, "yearly:") == ["Your yearly gift is due on January 10, 2028"]


@pytest.mark.parametrize(
    ("rhythm", "following"),
    [
        ("week", ["2027-01-17", "2027-01-24"]),
        ("month", ["2027-02-10", "2027-03-10"]),
        ("quarter", ["2027-04-10", "2027-07-10"]),
        ("year", ["2028-01-10", "2029-01-10"]),
    ],
)
def test_each_rhythm_is_charged_when_it_is_due_and_the_first_is_no_renewal(
    session: Session,
    promised: Promised,
    calendar: Calendar,
    rhythm: str,
    following: list[str],
) -> None:
    """The first payment is told by its page, its invoice and its payment, here each of them twice, and is one gift."""
    promise = promised("20", rhythm=rhythm)
    calendar.stripe.newest = ""
    calendar.settle()
    assert instalments(session) == [("2027-01-10", "paid")]
    assert session.scalar(select(func.count()).select_from(Gift)) == 1
    first, second = following
    for day in following:
        calendar.traveller.move_to(f"{day}T23:00:00Z")
        calendar.settle()
        calendar.settle()
    assert instalments(session) == [("2027-01-10", "paid"), (first, "paid"), (second, "paid")]
    assert charged(calendar.stripe) == [2000] * 3
    gifts = session.scalars(select(Gift).order_by(Gift.paid_at)).all()
    assert [each.state for each in gifts] == ["settled"] * 3
    assert {each.recurring_gift_id for each in gifts} == {promise.id}
