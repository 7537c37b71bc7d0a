"""Many events at once: what is settled together is settled as if alone, and one failure is its own."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core.db import db
from donors import stripe_gateway
from donors.figures import progress, tally
from donors.gifts.gift import Gift
from donors.payments import events_at_stripe, inbox
from donors.payments.stripe_event import StripeEvent
from donors.receipts.receipt import Receipt
from tests.donors.conftest import Stripe
from tests.statements import statements

Give = Callable[..., Gift]
PAID = "payment_intent.succeeded"


def pay_all(stripe: Stripe, gifts: list[Gift]) -> list[dict[str, Any]]:
    """Pay the gifts; their payments' events stand in the inbox, and nobody has worked on them."""
    db.session.commit()
    for each in gifts:
        stripe.pay(each)
    events = [each for each in stripe.new_events() if each["type"] == PAID]
    for each in events:
        body = json.dumps(each)
        inbox.take_in(stripe_gateway.parse_event(body), body)
    return events


def test_a_batch_settles_many_gifts_of_some_donors(
    session: Session, drive: Drive, stripe: Stripe, give: Give
) -> None:
    gifts = [give(str(10 + n), email=f"donor{n % 3}@example.org") for n in range(7)]
    pay_all(stripe, gifts)
    assert events_at_stripe.work_on_inbox()
    session.expire_all()
    assert {each.state for each in gifts} == {"settled"}
    figures = progress.read(drive.id)
    assert figures is not None
    assert (figures.raised.minor, figures.donors, figures.gifts) == (9100, 3, 7)
    numbers = session.scalars(select(Receipt.number).order_by(Receipt.number)).all()
    assert numbers == [1, 2, 3, 4, 5, 6, 7]
    assert [*ledger.verify(), *tally.verify()] == []
    assert not events_at_stripe.work_on_inbox()


def test_an_event_that_fails_leaves_the_others_settled(
    session: Session, drive: Drive, stripe: Stripe, give: Give
) -> None:
    gifts = [give(str(10 + n), email=f"donor{n}@example.org") for n in range(5)]
    events = pay_all(stripe, gifts)
    gifts[2].amount_minor += 1
    session.commit()
    assert events_at_stripe.apply_events([each["id"] for each in events]) == 5
    session.expire_all()
    assert [each.state for each in gifts] == ["settled", "settled", "pending", "settled", "settled"]
    failed = session.scalars(select(StripeEvent).where(StripeEvent.done_at.is_(None))).one()
    assert (failed.error, failed.attempts) == ("AmountDiffers", 1)
    assert [*ledger.verify(), *tally.verify()] == []
    assert session.scalar(select(func.max(Receipt.number))) == 4


def test_what_an_event_waits_for_may_come_in_its_own_batch(
    session: Session, drive: Drive, stripe: Stripe, give: Give
) -> None:
    gift = give("50")
    session.commit()
    stripe.pay(gift)
    paid = stripe.new_events()
    charge = next(each for each in paid if each["type"] == "charge.succeeded")["data"]["object"]["id"]
    stripe.control(f"charges/{charge}/dispute", reason="fraudulent")
    events = [*reversed(stripe.new_events()), *paid]
    for each in events:
        body = json.dumps(each)
        inbox.take_in(stripe_gateway.parse_event(body), body)
    events_at_stripe.apply_events([each["id"] for each in events])
    assert session.scalars(select(StripeEvent.error).where(StripeEvent.done_at.is_(None))).all() == []


def test_statements_do_not_grow_with_each_gift_of_a_batch(
    session: Session, drive: Drive, stripe: Stripe, give: Give
) -> None:
    def count(size: int) -> int:
        events = pay_all(stripe, [give("10", email=f"{size}-{n}@example.org") for n in range(size)])
        with statements() as asked:
            events_at_stripe.apply_events([each["id"] for each in events])
        return len(asked)

    assert count(8) - count(4) <= 4
