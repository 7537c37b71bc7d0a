"""Hosted payment pages: opened, read, closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import stripe

from core.money import Money
from donors.stripe_gateway.amounts import to_stripe
from donors.stripe_gateway.client import calling, client, id_of, spoken_for

INTERVALS: dict[str, tuple[str, int]] = {
    "week": ("week", 1),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("year", 1),
}

#: The kind of debit of a bank account, by currency.
DEBITS = {"USD": "us_bank_account", "EUR": "sepa_debit", "GBP": "bacs_debit"}


@dataclass(frozen=True)
class Checkout:
    """A hosted payment page: `open`, `complete` or `expired`."""

    id: str
    url: str | None
    status: str
    is_paid: bool
    payment_intent_id: str | None
    subscription_id: str | None
    invoice_id: str | None
    account: str = ""


@dataclass(frozen=True)
class CheckoutRequest:
    """What a payment page needs to know; the same request with the same key opens the same page."""

    gift_id: str
    recurring_gift_id: str | None
    amount: Money
    rhythm: str
    title: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    #: The card is only authorised; somebody decides later whether the money is taken.
    is_held: bool = False
    #: From a bank account and not by card.
    is_debit: bool = False


def open_checkout(request: CheckoutRequest) -> Checkout:
    """Open a hosted payment page; the key is the gift's id."""
    metadata = {"gift_id": request.gift_id}
    if request.recurring_gift_id:
        metadata["recurring_gift_id"] = request.recurring_gift_id
    price: dict[str, Any] = {
        "currency": request.amount.currency.lower(),
        "unit_amount": to_stripe(request.amount),
        "product_data": {"name": request.title},
    }
    params: dict[str, Any] = {
        "ui_mode": "hosted_page",
        "client_reference_id": request.gift_id,
        "customer_email": request.email,
        "metadata": metadata,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "locale": request.language,
    }
    if request.rhythm == "once":
        params |= {"mode": "payment", "submit_type": "donate", "payment_intent_data": {"metadata": metadata}}
        if request.is_held:
            params["payment_intent_data"]["capture_method"] = "manual"
    else:
        interval, count = INTERVALS[request.rhythm]
        price["recurring"] = {"interval": interval, "interval_count": count}
        params |= {"mode": "subscription", "subscription_data": {"metadata": metadata}}
    if request.is_debit:
        params["payment_method_types"] = [DEBITS[request.amount.currency]]
    params["line_items"] = [{"quantity": 1, "price_data": price}]
    with calling():
        session = client().v1.checkout.sessions.create(
            cast(Any, params), {"idempotency_key": f"checkout:{request.gift_id}"}
        )
    return _checkout(session)


def read_checkout(session_id: str) -> Checkout:
    with calling():
        return _checkout(client().v1.checkout.sessions.retrieve(session_id))


def expire_checkout(session_id: str) -> None:
    """Close a payment page that nobody should pay on any more; one that is not open is left as it is."""
    with calling():
        try:
            client().v1.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError:
            return


def _checkout(session: stripe.checkout.Session) -> Checkout:
    return Checkout(
        id=session.id,
        url=session.url,
        status=session.status or "open",
        is_paid=session.payment_status == "paid",
        payment_intent_id=id_of(session.payment_intent),
        subscription_id=id_of(session.subscription),
        invoice_id=id_of(session.invoice),
        account=spoken_for(),
    )
