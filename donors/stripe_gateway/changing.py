"""Changing a subscription: its amount, day, pause, card or bank account, and collecting one invoice when we say so."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, cast

import stripe

from core.money import Money
from donors.stripe_gateway.amounts import to_stripe
from donors.stripe_gateway.checkout import DEBITS, INTERVALS
from donors.stripe_gateway.client import calling, client, id_of
from donors.stripe_gateway.recurring import Subscription, as_subscription, read_subscription


@dataclass(frozen=True)
class SubscriptionChange:
    """How a subscription shall stand. What is None stays as it is."""

    amount: Money
    rhythm: str
    is_collected: bool
    #: With payments stopped: the day from which they are taken again; None is until we say so.
    resumes_on: date | None
    #: A new day for the next payment, which later ones follow.
    next_due_on: date | None
    payment_method_id: str | None


@dataclass(frozen=True)
class CardPage:
    """Stripe's page for a new card or bank account; `payment_method_id` once the donor has typed it."""

    id: str
    url: str | None
    payment_method_id: str | None


@dataclass(frozen=True)
class CardPageRequest:
    card_update_id: str
    recurring_gift_id: str
    subscription_id: str
    currency: str
    language: str
    success_url: str
    cancel_url: str
    is_debit: bool = False


def change_subscription(subscription_id: str, change: SubscriptionChange, *, key: str) -> Subscription:
    """Bring a subscription to where it shall stand, without proration. One that has ended is read as it is."""
    found = read_subscription(subscription_id)
    if found.ended_at is not None:
        return found
    interval, count = INTERVALS[change.rhythm]
    price = {
        "currency": change.amount.currency.lower(),
        "product": found.product_id,
        "unit_amount": to_stripe(change.amount),
        "recurring": {"interval": interval, "interval_count": count},
    }
    params: dict[str, Any] = {
        "items": [{"id": found.item_id, "price_data": price}],
        "proration_behavior": "none",
        "pause_collection": "" if change.is_collected else _pause(change.resumes_on),
    }
    if change.next_due_on is not None:
        # Stripe's way to move a day: nothing is charged before, and later payments follow it.
        params["trial_end"] = _noon(change.next_due_on)
    if change.payment_method_id is not None:
        params["default_payment_method"] = change.payment_method_id
    with calling():
        made = client().v1.subscriptions.update(
            subscription_id, cast(Any, params), {"idempotency_key": f"change:{key}"}
        )
    return as_subscription(made)


def _pause(resumes_on: date | None) -> dict[str, Any]:
    """Invoices of the pause are voided, so that nothing is collected for it later."""
    pause: dict[str, Any] = {"behavior": "void"}
    if resumes_on is not None:
        midnight = datetime.combine(resumes_on, time.min, UTC)
        pause["resumes_at"] = int(midnight.timestamp())
    return pause


def _noon(day: date) -> int:
    """The middle of the day, so that it is the same day where donors live."""
    return int(datetime.combine(day, time(12), UTC).timestamp())


def open_card_page(request: CardPageRequest) -> CardPage:
    """A page on which the donor types a new card, or a bank account with the mandate to debit it; the key is our
    card update's id."""
    customer_id = read_subscription(request.subscription_id).customer_id
    params: dict[str, Any] = {
        "mode": "setup",
        "ui_mode": "hosted_page",
        "currency": request.currency.lower(),
        "customer": customer_id,
        "client_reference_id": request.card_update_id,
        "metadata": {"recurring_gift_id": request.recurring_gift_id},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "locale": request.language,
    }
    if request.is_debit:
        params["payment_method_types"] = [DEBITS[request.currency]]
    with calling():
        session = client().v1.checkout.sessions.create(
            cast(Any, params), {"idempotency_key": f"card:{request.card_update_id}"}
        )
    return CardPage(id=session.id, url=session.url, payment_method_id=None)


def read_card_page(session_id: str) -> CardPage:
    with calling():
        session = client().v1.checkout.sessions.retrieve(session_id, {"expand": ["setup_intent"]})
    setup = session.setup_intent
    method = None if setup is None or isinstance(setup, str) else id_of(setup.payment_method)
    is_done = session.status == "complete"
    return CardPage(id=session.id, url=session.url, payment_method_id=method if is_done else None)


def collect_invoice(invoice_id: str, *, key: str) -> None:
    """Try an open invoice once more, now. Whether it was paid, reading it tells; a refusal is no error."""
    with calling():
        try:
            client().v1.invoices.pay(invoice_id, {}, {"idempotency_key": f"collect:{key}"})
        except (stripe.CardError, stripe.InvalidRequestError):
            return


def stop_retries(invoice_id: str) -> None:
    """Stripe tries this invoice no more by itself; we say when."""
    with calling():
        try:
            client().v1.invoices.update(invoice_id, {"auto_advance": False})
        except stripe.InvalidRequestError:
            return  # it was paid or voided meanwhile
