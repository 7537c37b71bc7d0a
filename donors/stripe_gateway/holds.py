"""Amounts that are only authorised on a card, and what the events of single cards say."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from core import clock
from donors.stripe_gateway.client import calling, client, ours, spoken_for
from donors.stripe_gateway.events import Event

_STATES = {"requires_capture": "held", "succeeded": "taken", "canceled": "released"}


@dataclass(frozen=True)
class HeldPayment:
    """A payment that may be `held`, `taken` or `released`; `open` while no card was accepted."""

    payment_intent_id: str
    gift_id: str | None
    state: str
    held_at: datetime
    account: str = ""


@dataclass(frozen=True)
class CardTry:
    """One card on one of our pages. Stripe's record of it never changes, so its event is enough."""

    charge_id: str
    gift_id: str | None
    card: str  #: Stripe's fingerprint, "" where it gives none
    account: str = ""


def read_held(payment_intent_id: str) -> HeldPayment:
    with calling():
        intent = client().v1.payment_intents.retrieve(payment_intent_id, {"expand": ["latest_charge"]})
    return _held(intent)


def take_held(payment_intent_id: str, *, key: str) -> HeldPayment:
    """Take what is held. Where that is decided otherwise by now, how it stands."""
    with calling(), contextlib.suppress(stripe.InvalidRequestError):
        client().v1.payment_intents.capture(payment_intent_id, {}, {"idempotency_key": f"take:{key}"})
    return read_held(payment_intent_id)


def release_held(payment_intent_id: str, *, key: str) -> HeldPayment:
    """Let go of what is held. Where that is decided otherwise by now, how it stands."""
    with calling(), contextlib.suppress(stripe.InvalidRequestError):
        client().v1.payment_intents.cancel(
            payment_intent_id,
            {"cancellation_reason": "abandoned"},
            {"idempotency_key": f"release:{key}"},
        )
    return read_held(payment_intent_id)


def card_try(event: Event) -> CardTry:
    """The card of a `charge.failed` or `charge.succeeded` event."""
    about: dict[str, Any] = event.object
    details: dict[str, Any] = about.get("payment_method_details") or {}
    card: dict[str, Any] = details.get("card") or {}
    return CardTry(
        charge_id=event.object_id,
        gift_id=ours(about.get("metadata"), "gift_id"),
        card=card.get("fingerprint") or "",
        account=event.account,
    )


def _held(intent: stripe.PaymentIntent) -> HeldPayment:
    charge = intent.latest_charge
    since = intent.created if charge is None or isinstance(charge, str) else charge.created
    return HeldPayment(
        payment_intent_id=intent.id,
        gift_id=ours(intent.metadata, "gift_id"),
        state=_STATES.get(intent.status, "open"),
        held_at=clock.from_epoch(since),
        account=spoken_for(),
    )
