"""From an event about a dispute or a warning to the step that applies how it stands now."""

from collections.abc import Callable

from sqlalchemy import select

from core.db import db
from donors import stripe_gateway
from donors.disputes import following
from donors.gifts import settling
from donors.gifts.gift import PENDING, Gift
from donors.payments.stripe_event import NotYet
from donors.stripe_gateway import Event, StripeDispute, Warning

Step = Callable[[], None]


def on_dispute(event: Event) -> Step | None:
    return step_of_dispute(stripe_gateway.read_dispute(event.object_id))


def step_of_dispute(seen: StripeDispute) -> Step | None:
    gift_id = _gift_of(seen.payment_intent_id)
    return (lambda: _apply_dispute(gift_id, seen)) if gift_id else None


def on_warning(event: Event) -> Step | None:
    seen = stripe_gateway.read_warning(event.object_id)
    gift_id = _gift_of(seen.payment_intent_id)
    return (lambda: _apply_warning(gift_id, seen)) if gift_id else None


def _gift_of(payment_intent_id: str | None) -> str | None:
    """The gift that was paid so. Raises NotYet where its payment has not reached us."""
    if payment_intent_id is None:
        return None
    known = db.session.scalar(select(Gift.id).where(Gift.payment_intent_id == payment_intent_id))
    if known is None:
        raise NotYet("dispute")
    return known


def _apply_dispute(gift_id: str, seen: StripeDispute) -> None:
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    if gift.state == PENDING:
        raise NotYet("dispute")
    following.apply_dispute(gift, seen)


def _apply_warning(gift_id: str, seen: Warning) -> None:
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    following.apply_warning(gift, seen)


_DISPUTES = ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed")
HANDLERS: dict[str, Callable[[Event], Step | None]] = {
    **{f"charge.dispute.{each}": on_dispute for each in _DISPUTES},
    "radar.early_fraud_warning.created": on_warning,
    "radar.early_fraud_warning.updated": on_warning,
}
