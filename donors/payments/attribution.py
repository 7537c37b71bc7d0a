"""Whose an event of Stripe's is: it names our gift or promise, or a payment that one of our gifts knows."""

from typing import Any

from sqlalchemy import select

from core.db import db
from donors.gifts.gift import Gift
from donors.payments.connected_account import organisation_behind
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import Event


def organisation_of(event: Event) -> str | None:
    """The organisation that the event concerns; None where it is about nothing of anybody's here."""
    named, gift_id = _named(event.object), gift_named(event)
    gift = db.session.get(Gift, gift_id) if gift_id else None
    if gift is not None and gift.account == event.account:
        return gift.organisation_id
    promise_id = named.get("recurring_gift_id")
    promise = db.session.get(RecurringGift, str(promise_id)) if promise_id else None
    if promise is not None and promise.account == event.account:
        return promise.organisation_id
    return _payer_of(event) or organisation_behind(event.account)


def gift_named(event: Event) -> str:
    """The id of ours, or what looks like one, that the event's object carries; empty where there is none."""
    return str(_named(event.object).get("gift_id") or event.object.get("client_reference_id") or "")


def _named(about: dict[str, Any]) -> dict[str, Any]:
    """Our ids in the object's metadata; an invoice carries those of its subscription."""
    parent = about.get("parent")
    details = (parent.get("subscription_details") or {}) if isinstance(parent, dict) else {}
    return {**(details.get("metadata") or {}), **(about.get("metadata") or {})}


def _payer_of(event: Event) -> str | None:
    is_intent = event.type.startswith("payment_intent.")
    intent_id = event.object_id if is_intent else event.object.get("payment_intent")
    if not isinstance(intent_id, str):
        return None
    query = select(Gift.organisation_id).where(
        Gift.payment_intent_id == intent_id, Gift.account == event.account
    )
    return db.session.scalar(query)
