"""The only door to Stripe. What comes back is in our own words; Stripe's words stay in this file.

Every call that changes something carries an idempotency key made from our own row's id, so that a repeated
call has no second effect. No call is made inside a transaction.
"""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import stripe
from flask import Flask, current_app

from core import clock
from core.money import Money
from core.settings import Settings

#: The version whose OpenAPI document the sandbox validates against; stripe 15.2 was made for it.
API_VERSION = "2026-05-27.dahlia"
SIGNATURE_TOLERANCE_SECONDS = 300
_INTERVALS: dict[str, tuple[str, int]] = {"month": ("month", 1), "quarter": ("month", 3), "year": ("year", 1)}


class PaymentsUnavailable(Exception):
    """Stripe did not answer, or refused to for now. Nothing is known to have moved; try again later."""


class BadSignature(Exception):
    """The body was not signed by Stripe with our secret, or too long ago."""


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


@dataclass(frozen=True)
class StripeRefund:
    id: str
    refund_id: str | None  #: ours, when it was asked for here
    amount: Money
    status: str
    at: datetime


@dataclass(frozen=True)
class Payment:
    """A payment as Stripe sees it at this moment."""

    payment_intent_id: str
    gift_id: str | None  #: as a one-time gift's payment carries it
    is_paid: bool
    paid_at: datetime | None
    amount: Money
    fee: Money | None
    refunds: tuple[StripeRefund, ...]


@dataclass(frozen=True)
class Invoice:
    """One instalment as Stripe sees it at this moment."""

    id: str
    subscription_id: str | None
    recurring_gift_id: str | None
    is_first: bool
    status: str
    amount_due: Money
    period_starts_at: datetime
    payment_intent_id: str | None
    attempts: int


@dataclass(frozen=True)
class Subscription:
    id: str
    recurring_gift_id: str | None
    status: str
    next_due_at: datetime | None
    ended_at: datetime | None


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


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    livemode: bool
    account: str
    created_at: datetime
    #: The thing it is about: its id, type and the ids of ours that it carries.
    object_id: str
    object: dict[str, Any]


def init_app(app: Flask, settings: Settings) -> None:
    bases: dict[str, Any] = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
    app.extensions["stripe"] = stripe.StripeClient(
        settings.stripe_secret_key,
        stripe_version=API_VERSION,
        base_addresses=cast(Any, bases),
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=20),
    )


def _client() -> stripe.StripeClient:
    return current_app.extensions["stripe"]


def open_checkout(request: CheckoutRequest) -> Checkout:
    """Open a hosted payment page; the key is the gift's id."""
    metadata = {"gift_id": request.gift_id}
    if request.recurring_gift_id:
        metadata["recurring_gift_id"] = request.recurring_gift_id
    price: dict[str, Any] = {
        "currency": request.amount.currency.lower(),
        "unit_amount": request.amount.minor,
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
    else:
        interval, count = _INTERVALS[request.rhythm]
        price["recurring"] = {"interval": interval, "interval_count": count}
        params |= {"mode": "subscription", "subscription_data": {"metadata": metadata}}
    params["line_items"] = [{"quantity": 1, "price_data": price}]
    with _calling():
        session = _client().v1.checkout.sessions.create(
            cast(Any, params), {"idempotency_key": f"checkout:{request.gift_id}"}
        )
    return _checkout(session)


def read_checkout(session_id: str) -> Checkout:
    with _calling():
        return _checkout(_client().v1.checkout.sessions.retrieve(session_id))


def expire_checkout(session_id: str) -> None:
    """Close a payment page that nobody should pay on any more; one that is not open is left as it is."""
    with _calling():
        try:
            _client().v1.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError:
            return


def read_payment(payment_intent_id: str) -> Payment:
    """The payment with its fee and its refunds."""
    with _calling():
        intent = _client().v1.payment_intents.retrieve(
            payment_intent_id, {"expand": ["latest_charge.balance_transaction"]}
        )
        charge = intent.latest_charge
        assert not isinstance(charge, str)
        refunded = charge is not None and charge.amount_refunded > 0
        refunds = (
            _client().v1.refunds.list({"payment_intent": payment_intent_id, "limit": 100}).data
            if refunded
            else []
        )
    currency = intent.currency.upper()
    is_paid = intent.status == "succeeded" and charge is not None
    return Payment(
        payment_intent_id=intent.id,
        gift_id=_ours(intent.metadata, "gift_id"),
        is_paid=is_paid,
        paid_at=clock.from_epoch(charge.created) if charge is not None and is_paid else None,
        amount=Money(intent.amount, currency),
        fee=_fee(charge, currency),
        refunds=tuple(_refund(each) for each in refunds),
    )


def read_invoice(invoice_id: str) -> Invoice:
    with _calling():
        invoice = _client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
    details = invoice.parent.subscription_details if invoice.parent else None
    subscription = details.subscription if details else None
    payments = invoice.payments.data if invoice.payments else []
    intents = [each.payment.payment_intent for each in payments if each.payment.payment_intent]
    intent = intents[-1] if intents else None
    line = invoice.lines.data[0]
    return Invoice(
        id=invoice.id or invoice_id,
        subscription_id=_id_of(subscription),
        recurring_gift_id=_ours(details.metadata if details else None, "recurring_gift_id"),
        is_first=invoice.billing_reason == "subscription_create",
        status=invoice.status or "draft",
        amount_due=Money(invoice.amount_due, invoice.currency.upper()),
        period_starts_at=clock.from_epoch(line.period.start),
        payment_intent_id=_id_of(intent),
        attempts=invoice.attempt_count,
    )


def read_subscription(subscription_id: str) -> Subscription:
    with _calling():
        return _subscription(_client().v1.subscriptions.retrieve(subscription_id))


def cancel_subscription(subscription_id: str, *, key: str) -> Subscription:
    """End a subscription at once, without proration. One that has ended already is simply read."""
    with _calling():
        try:
            return _subscription(
                _client().v1.subscriptions.cancel(
                    subscription_id, {"prorate": False}, {"idempotency_key": f"cancel:{key}"}
                )
            )
        except stripe.InvalidRequestError:
            return _subscription(_client().v1.subscriptions.retrieve(subscription_id))


def refund(payment_intent_id: str, amount: Money, *, refund_id: str) -> StripeRefund | None:
    """Give money back; the key is our refund's id. None when Stripe refuses for good."""
    with _calling():
        try:
            made = _client().v1.refunds.create(
                {
                    "payment_intent": payment_intent_id,
                    "amount": amount.minor,
                    "metadata": {"refund_id": refund_id},
                },
                {"idempotency_key": f"refund:{refund_id}"},
            )
        except stripe.InvalidRequestError:
            return None
    return _refund(made)


def read_event(body: bytes, signature: str) -> Event:
    """Verify a webhook's signature over the raw body and read it. Raises BadSignature, or ValueError for a
    signed body that is no event."""
    settings = cast(Settings, current_app.config["SETTINGS"])
    # The library gives this function no types of its own.
    verify = cast(Callable[..., bool], getattr(stripe.WebhookSignature, "verify_header"))  # noqa: B009
    try:
        verify(body.decode(), signature, settings.stripe_webhook_secret, SIGNATURE_TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as refusal:
        raise BadSignature from refusal
    return parse_event(body)


def parse_event(body: bytes | str) -> Event:
    """An event from its JSON text, as it came or as it was kept. Raises ValueError where it is none."""
    raw = json.loads(body)
    try:
        about = raw["data"]["object"]
        return Event(
            id=str(raw["id"]),
            type=str(raw["type"]),
            livemode=bool(raw["livemode"]),
            account=str(raw.get("account") or ""),
            created_at=clock.from_epoch(raw["created"]),
            object_id=str(about.get("id") or ""),
            object=about,
        )
    except (KeyError, TypeError, AttributeError) as refusal:
        raise ValueError("the body is signed but is no Stripe event") from refusal


@contextmanager
def _calling() -> Generator[None]:
    """Stripe's transient failures become PaymentsUnavailable; its refusals stay what they are."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as failure:
        raise PaymentsUnavailable from failure


def _checkout(session: stripe.checkout.Session) -> Checkout:
    return Checkout(
        id=session.id,
        url=session.url,
        status=session.status or "open",
        is_paid=session.payment_status == "paid",
        payment_intent_id=_id_of(session.payment_intent),
        subscription_id=_id_of(session.subscription),
        invoice_id=_id_of(session.invoice),
    )


def _subscription(found: stripe.Subscription) -> Subscription:
    items = found["items"].data
    ends = [item.current_period_end for item in items]
    return Subscription(
        id=found.id,
        recurring_gift_id=_ours(found.metadata, "recurring_gift_id"),
        status=found.status,
        next_due_at=clock.from_epoch(ends[0]) if ends else None,
        ended_at=clock.from_epoch(found.ended_at) if found.ended_at else None,
    )


def _refund(made: stripe.Refund) -> StripeRefund:
    return StripeRefund(
        id=made.id,
        refund_id=_ours(made.metadata, "refund_id"),
        amount=Money(made.amount, made.currency.upper()),
        status=made.status or "pending",
        at=clock.from_epoch(made.created),
    )


def _fee(charge: stripe.Charge | None, currency: str) -> Money | None:
    settled = charge.balance_transaction if charge else None
    if settled is None or isinstance(settled, str) or settled.currency.upper() != currency:
        return None  # not settled yet, or settled in another currency: the payout will tell
    return Money(settled.fee, currency)


def _id_of(found: Any) -> str | None:
    """Stripe sends an id, or the whole object where it was expanded."""
    return found if found is None or isinstance(found, str) else str(found.id)


def _ours(metadata: Any, name: str) -> str | None:
    return str(metadata[name]) if metadata and name in metadata else None
