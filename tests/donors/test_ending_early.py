"""A recurring gift is ended while its first payment is still open, or its news has not arrived."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from core.errors import Conflict
from donors import stripe_gateway
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.payments import at_stripe
from donors.payments.stripe_event import StripeEvent
from donors.recurring.recurring_gift import RecurringGift
from tests.donors.conftest import Stripe

Give = Callable[..., Gift]


def end(gift: Gift) -> None:
    """The donor asks to end the promise, and the job runs."""
    with transaction() as session:
        promise = session.get_one(RecurringGift, gift.recurring_gift_id)
        asked = giving.ask_to_cancel(promise, asked_by="donor", reason="mistake")
    at_stripe.send_cancellation(asked.id)


def state(session: Session, gift: Gift) -> tuple[str, str]:
    session.expire_all()
    return gift.state, session.get_one(RecurringGift, gift.recurring_gift_id).state


def test_an_open_payment_page_is_closed_with_the_promise(
    session: Session, give: Give, stripe: Stripe
) -> None:
    gift = give("15", rhythm="month")
    session.commit()
    end(gift)
    assert stripe_gateway.read_checkout(str(gift.checkout_session_id)).status == "expired"
    session.commit()
    stripe.deliver_all()
    assert state(session, gift) == ("expired", "cancelled")
    assert session.scalars(select(StripeEvent).where(StripeEvent.error != "")).all() == []


def test_a_subscription_whose_news_is_late_is_ended_too(session: Session, give: Give, stripe: Stripe) -> None:
    gift = give("15", rhythm="month")
    stripe.pay(gift)
    session.commit()
    end(gift)
    session.commit()
    stripe.deliver_all()
    assert state(session, gift) == ("settled", "cancelled")
    promise = session.get_one(RecurringGift, gift.recurring_gift_id)
    assert stripe_gateway.read_subscription(str(promise.subscription_id)).status == "canceled"


def test_what_never_began_cannot_be_ended(session: Session, give: Give, stripe: Stripe) -> None:
    gift = give("15", rhythm="month")
    stripe_gateway.expire_checkout(str(gift.checkout_session_id))
    session.commit()
    stripe.deliver_all()
    assert state(session, gift) == ("expired", "abandoned")
    session.commit()
    with pytest.raises(Conflict, match="never began"):
        end(gift)
