"""Who is a new monthly donor: the table of cases."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.drives.goal import METRICS, Goal
from core import clock, ids
from core.db import transaction
from donors.figures import counted_promise, progress, tally
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from donors.recurring.instalments import apply_subscription
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import Payment, StripeRefund, Subscription
from tests.donors.conftest import usd

Instalment = Callable[..., Gift]


@pytest.fixture(autouse=True)
def in_a_transaction(drive: Drive) -> Iterator[None]:
    """What is tested here runs inside the transaction that an edge has opened."""
    with transaction():
        yield


@pytest.fixture
def instalment(session: Session, drive: Drive, donor_id: str) -> Instalment:
    """A paid instalment, of a new promise unless one is given."""

    def pay(
        *,
        at: datetime | None = None,
        promise: RecurringGift | None = None,
        rhythm: str = "month",
        donor: str = donor_id,
        counts_now: bool = True,
    ) -> Gift:
        at = at or clock.now()
        promise = promise or _promise(session, drive, donor, rhythm)
        gift = Gift(
            id=ids.new_id("gift"),
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor,
            recurring_gift_id=promise.id,
            period_on=at.date(),
            state="pending",
            fee_cover_minor=0,
            refunded_minor=0,
            started_at=at - timedelta(minutes=2),
        )
        gift.amount = usd(1500)
        session.add(gift)
        session.flush()
        settling.apply_payment(gift, _payment(gift, at))
        return gift

    return pay


def _promise(session: Session, drive: Drive, donor_id: str, rhythm: str) -> RecurringGift:
    promise = RecurringGift(
        id=ids.new_id("recur"),
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        donor_id=donor_id,
        state="pending",
        rhythm=rhythm,
        fee_cover_minor=0,
        started_at=clock.now(),
    )
    promise.amount = usd(1500)
    session.add(promise)
    session.flush()
    return promise


def _payment(gift: Gift, at: datetime, *refunds: StripeRefund) -> Payment:
    return Payment(f"pi_{gift.id}", gift.id, True, at, gift.charged, usd(74), refunds)


def new_monthly_donors(drive: Drive) -> int:
    found = progress.read(drive.id)
    assert found is not None
    assert list(tally.verify()) == []
    return found.new_monthly_donors


def promise_of(session: Session, gift: Gift) -> RecurringGift:
    return session.get_one(RecurringGift, gift.recurring_gift_id)


def test_a_first_instalment_in_the_window_counts(drive: Drive, instalment: Instalment) -> None:
    instalment()
    assert new_monthly_donors(drive) == 1


def test_a_second_instalment_does_not_count_again(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    first = instalment()
    instalment(promise=promise_of(session, first), at=clock.now() + timedelta(days=31))
    assert new_monthly_donors(drive) == 1


def test_two_promises_of_one_person_count_once(drive: Drive, instalment: Instalment) -> None:
    instalment()
    instalment(at=clock.now() + timedelta(days=1))
    assert new_monthly_donors(drive) == 1


def test_two_people_count_as_two(session: Session, drive: Drive, instalment: Instalment) -> None:
    other = Donor(organisation_id=drive.organisation_id, email="ben@example.org")
    session.add(other)
    session.flush()
    instalment()
    instalment(donor=other.id)
    assert new_monthly_donors(drive) == 2


@pytest.mark.parametrize(("months_ago", "counted"), [(11, 0), (13, 1)])
def test_who_gave_monthly_within_twelve_months_is_not_new(
    drive: Drive, instalment: Instalment, months_ago: int, counted: int
) -> None:
    earlier = clock.months_before(clock.now(), months_ago)
    instalment(at=earlier)  # before the window, so it counts toward nothing
    assert new_monthly_donors(drive) == 0
    instalment()
    assert new_monthly_donors(drive) == counted


def test_a_quarterly_gift_is_no_monthly_one(drive: Drive, instalment: Instalment) -> None:
    instalment(rhythm="quarter")
    assert new_monthly_donors(drive) == 0


def test_paid_in_the_last_moment_counts_and_at_the_deadline_does_not(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    assert drive.closes_at is not None
    drive.grace_counts = False
    other = Donor(organisation_id=drive.organisation_id, email="ben@example.org")
    session.add(other)
    session.flush()
    instalment(at=drive.closes_at - timedelta(milliseconds=1))
    instalment(at=drive.closes_at, donor=other.id)
    assert new_monthly_donors(drive) == 1


def test_cancelled_inside_the_window_takes_one_off(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    gift = instalment()
    ended = Subscription("sub_1", gift.recurring_gift_id, "canceled", None, clock.now())
    apply_subscription(ended)
    apply_subscription(ended)
    assert new_monthly_donors(drive) == 0


def test_cancelled_after_the_deadline_still_counts(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    gift = instalment()
    assert drive.closes_at is not None
    apply_subscription(Subscription("sub_1", gift.recurring_gift_id, "canceled", None, drive.closes_at))
    assert new_monthly_donors(drive) == 1


@pytest.mark.parametrize(("after_close", "counted"), [(False, 0), (True, 1)])
def test_refunded_inside_the_window_takes_one_off(
    drive: Drive, instalment: Instalment, after_close: bool, counted: int
) -> None:
    gift = instalment()
    assert gift.paid_at is not None
    assert drive.closes_at is not None
    at = drive.closes_at if after_close else clock.now()
    back = StripeRefund("re_1", None, gift.charged, "succeeded", at)
    settling.apply_payment(gift, _payment(gift, gift.paid_at, back))
    assert new_monthly_donors(drive) == counted


def monthly_value(drive: Drive) -> int:
    return counted_promise.monthly_value(drive.id)


def test_monthly_value_adds_what_each_promise_brings_a_month(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    """15 dollars a week, a month, a quarter and a year: 65.00, 15.00, 5.00 and 1.25."""
    first = instalment(rhythm="week")
    for rhythm in ("month", "quarter", "year"):
        instalment(rhythm=rhythm)
    instalment(promise=promise_of(session, first), at=clock.now() + timedelta(days=7))
    assert monthly_value(drive) == 6500 + 1500 + 500 + 125


def test_what_ends_or_goes_back_inside_the_window_brings_nothing_a_month(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    cancelled, refunded = instalment(), instalment(rhythm="quarter")
    apply_subscription(Subscription("sub_1", cancelled.recurring_gift_id, "canceled", None, clock.now()))
    assert monthly_value(drive) == 500
    back = StripeRefund("re_1", None, refunded.charged, "succeeded", clock.now())
    settling.apply_payment(refunded, _payment(refunded, clock.now(), back))
    assert monthly_value(drive) == 0


def test_what_ends_after_the_deadline_has_counted(drive: Drive, instalment: Instalment) -> None:
    gift = instalment()
    assert drive.closes_at is not None
    apply_subscription(Subscription("sub_1", gift.recurring_gift_id, "canceled", None, drive.closes_at))
    assert (monthly_value(drive), new_monthly_donors(drive)) == (1500, 1)


def test_each_metric_has_one_count_and_a_sentence(
    session: Session, drive: Drive, instalment: Instalment
) -> None:
    session.execute(delete(Goal).where(Goal.drive_id == drive.id))
    for place, metric in enumerate(METRICS):
        session.add(Goal(drive_id=drive.id, metric=metric, target=10, position=place))
    session.flush()
    instalment()
    instalment(rhythm="year")
    found = progress.read(drive.id)
    assert found is not None
    figures = {goal.metric: goal.actual for goal in found.goals}
    assert figures == {
        "amount": 3000,
        "donors": 1,
        "new_monthly_donors": 1,
        "monthly_value": 1625,
        "pro_bono_hours": 0,
        "signatures": 0,
    }
    assert (
        len({goal.rule for goal in found.goals})
        == len({goal.question for goal in found.goals})
        == len(METRICS)
    )
    assert {goal["metric"]: goal["actual"] for goal in found.as_json()["goals"]} == figures
