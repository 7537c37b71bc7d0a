"""Each change of a recurring gift reaches Stripe, is a version, and is confirmed once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from core.errors import Conflict, Invalid
from core.money import Money
from donors import stripe_gateway
from donors.payments import promises_at_stripe
from donors.recurring import changing, holding
from donors.recurring.changing import Asked
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version
from donors.stripe_gateway import PaymentsUnavailable, SubscriptionChange
from tests.donors.recurring.conftest import Calendar, Desk, Promised, charged, instalments, subjects

DONOR = Asked()


def test_another_amount_from_the_next_payment_on(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")
    version = desk.change(promise, changing.change_amount, Money(3500, "USD"), DONOR)
    assert version.done_at is not None
    assert (version.number, version.was.minor, version.amount.minor) == (1, 2000, 3500)
    assert charged(calendar.stripe) == [2000]
    calendar.pass_days(33, step=11)
    assert charged(calendar.stripe) == [2000, 3500]
    assert instalments(session) == [("2027-01-10", "paid"), ("2027-02-10", "paid")]
    assert subjects(session, "change:") == ["Your recurring gift is $35 now"]


def test_an_amount_changed_between_bill_and_payment_is_posted_as_billed(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")
    calendar.traveller.move_to("2027-02-10T15:10:00Z")  # Stripe has drafted the invoice, and waits an hour
    calendar.stripe.deliver_all()
    desk.change(promise, changing.change_amount, Money(3500, "USD"), DONOR)
    calendar.pass_days(1)
    assert charged(calendar.stripe) == [2000, 2000]
    assert instalments(session)[-1] == ("2027-02-10", "paid")


@pytest.mark.parametrize(
    ("today", "day", "due"),
    [
        ("2027-01-20T12:00:00Z", 5, "2027-02-05"),
        ("2027-01-20T12:00:00Z", 28, "2027-02-28"),
        ("2027-02-05T12:00:00Z", 3, "2027-03-03"),
    ],
)
def test_another_day_charges_no_month_twice(
    session: Session,
    promised: Promised,
    desk: Desk,
    calendar: Calendar,
    today: str,
    day: int,
    due: str,
) -> None:
    promise = promised("20")
    calendar.traveller.move_to(today)
    desk.change(promise, changing.change_day, day, DONOR)
    assert promise.next_due_on is not None
    assert promise.next_due_on.isoformat() == due
    calendar.traveller.move_to(f"{due}T11:00:00Z")
    calendar.settle()
    assert charged(calendar.stripe) == [2000]
    calendar.pass_days(1)
    assert charged(calendar.stripe) == [2000, 2000]
    assert instalments(session) == [("2027-01-10", "paid"), (due, "paid")]
    assert promise.next_due_on is not None
    assert promise.next_due_on.day == day


def test_a_pause_takes_nothing_and_reminds_before_it_ends(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")
    desk.change(promise, changing.pause, 2, DONOR)
    assert promise.state == "paused"
    calendar.pass_days(51, step=17)  # to 2 March
    assert "Your recurring gift goes on from" not in " ".join(subjects(session))
    calendar.pass_days(1)
    calendar.pass_days(1)
    assert subjects(session, "resumes:") == ["Your recurring gift goes on from March 10, 2027"]
    calendar.pass_days(8, step=4)
    assert promise.state == "active"
    assert instalments(session) == [
        ("2027-01-10", "paid"),
        ("2027-02-10", "paused"),
        ("2027-03-10", "paid"),
    ]
    assert charged(calendar.stripe) == [2000, 2000]


def test_a_pause_that_ends_early(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")
    desk.change(promise, changing.pause, 6, DONOR)
    calendar.pass_days(35, step=7)
    desk.change(promise, changing.resume, DONOR)
    assert promise.state == "active"
    calendar.pass_days(30, step=10)
    assert [state for _day, state in instalments(session)] == ["paid", "paused", "paid"]
    assert subjects(session, "change:") == [
        "Your recurring gift is paused until July 10, 2027",
        "Your recurring gift goes on",
    ]


def test_one_payment_is_skipped_and_the_next_is_taken(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")
    desk.change(promise, changing.skip, DONOR)
    assert promise.state == "active"
    calendar.pass_days(64, step=8)
    assert [state for _day, state in instalments(session)] == ["paid", "skipped", "paid"]
    assert charged(calendar.stripe) == [2000, 2000]


def test_a_held_gift_is_not_charged_and_not_changed(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")

    def hold(locked: RecurringGift) -> Version:
        holding.hold(locked, cause="dp_1")
        holding.hold(locked, cause="dp_1")
        return session.scalars(select(Version)).one()

    def release(locked: RecurringGift) -> Version:
        holding.release(locked, cause="dp_1")
        return session.scalars(select(Version).order_by(Version.number.desc())).first()  # type: ignore

    desk.change(promise, hold)
    assert promise.state == "held"
    with pytest.raises(Conflict) as refusal:
        desk.change(promise, changing.change_amount, Money(3500, "USD"), DONOR)
    assert refusal.value.code == "held"
    calendar.pass_days(33, step=11)
    desk.change(promise, release)
    assert promise.state == "active"
    calendar.pass_days(30, step=10)
    assert [state for _day, state in instalments(session)] == ["paid", "held", "paid"]
    assert charged(calendar.stripe) == [2000, 2000]


def test_what_stripe_could_not_be_told_is_told_by_the_sweep(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    promise = promised("20")
    calendar.stripe.order_fault("error", path="/v1/subscriptions", times=20)
    with pytest.raises(PaymentsUnavailable):
        desk.change(promise, changing.change_amount, Money(3500, "USD"), DONOR)
    session.expire_all()
    assert session.scalars(select(Version)).one().done_at is None
    assert subjects(session, "change:") == []
    calendar.stripe.forget_faults()
    calendar.pass_days(33, step=11)
    assert charged(calendar.stripe) == [2000, 3500]
    assert subjects(session, "change:") == ["Your recurring gift is $35 now"]


def test_a_change_that_was_overtaken_is_sent_once_more(
    session: Session, promised: Promised, desk: Desk, calendar: Calendar
) -> None:
    """While the first is on its way, a second is made and told; Stripe gets the first one last."""
    promise = promised("20")
    subscription_id = str(promise.subscription_id)
    with transaction():
        locked = lock_promise(promise.id)
        assert locked is not None
        changing.change_amount(locked, Money(3500, "USD"), DONOR)
    desk.change(promise, changing.change_amount, Money(5000, "USD"), DONOR)
    late = SubscriptionChange(
        amount=Money(3500, "USD"),
        rhythm="month",
        is_collected=True,
        resumes_on=None,
        next_due_on=None,
        payment_method_id=None,
    )
    seen = stripe_gateway.change_subscription(subscription_id, late, key="late")
    session.rollback()
    with transaction():
        overtaken = promises_at_stripe.note_sent(promise.id, 1, seen)
    assert overtaken == 1
    promises_at_stripe.send_newest(promise.id, overtaken)
    calendar.pass_days(33, step=11)
    assert charged(calendar.stripe) == [2000, 5000]
    assert len(subjects(session, "change:")) == 2


def test_what_is_refused_changes_nothing(
    session: Session, promised: Promised, desk: Desk, subtests: pytest.Subtests
) -> None:
    for verb, more, error, field in [
        (changing.change_amount, (Money(50, "USD"), DONOR), Invalid, "amount"),
        (changing.change_amount, (Money(2000, "USD"), DONOR), Invalid, "amount"),
        (changing.change_amount, (Money(2000, "EUR"), DONOR), Invalid, "amount"),
        (changing.change_day, (29, DONOR), Invalid, "day"),
        (changing.change_day, (0, DONOR), Invalid, "day"),
        (changing.pause, (13, DONOR), Invalid, "months"),
        (changing.pause, (0, DONOR), Invalid, "months"),
        (changing.resume, (DONOR,), Conflict, "not_paused"),
    ]:
        with subtests.test(verb=verb, more=more, error=error, field=field):
            promise = promised("20")
            before = (promise.amount, promise.next_due_on, promise.state)
            with pytest.raises(error) as refusal:
                desk.change(promise, verb, *more)  # pyright: ignore
            found = refusal.value
            assert field in (found.errors if isinstance(found, Invalid) else found.code)  # pyright: ignore
            session.expire_all()
            assert (promise.amount, promise.next_due_on, promise.state) == before
            assert session.scalars(select(Version)).all() == []
