"""Subscriptions and their invoices: the promise and its instalments in Stripe's words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import stripe

from core import clock
from core.money import Money
from donors.stripe_gateway.amounts import from_stripe
from donors.stripe_gateway.client import calling, client, id_of, ours, spoken_for


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
    account: str = ""
    #: Voided or written off: nobody collects it any more.
    is_given_up: bool = False
    #: Stripe would try it again by itself.
    is_retried_there: bool = False


@dataclass(frozen=True)
class Subscription:
    id: str
    recurring_gift_id: str | None
    status: str
    next_due_at: datetime | None
    ended_at: datetime | None
    account: str = ""
    #: Stripe ended it because no payment went through.
    ended_unpaid: bool = False
    #: What a change has to name.
    item_id: str = ""
    product_id: str = ""
    customer_id: str = ""


def read_invoice(invoice_id: str) -> Invoice:
    with calling():
        invoice = client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
    details = invoice.parent.subscription_details if invoice.parent else None
    subscription = details.subscription if details else None
    payments = invoice.payments.data if invoice.payments else []
    intents = [each.payment.payment_intent for each in payments if each.payment.payment_intent]
    intent = intents[-1] if intents else None
    line = invoice.lines.data[0]
    return Invoice(
        id=invoice.id or invoice_id,
        subscription_id=id_of(subscription),
        recurring_gift_id=ours(details.metadata if details else None, "recurring_gift_id"),
        is_first=invoice.billing_reason == "subscription_create",
        status=invoice.status or "draft",
        amount_due=from_stripe(invoice.amount_due, invoice.currency),
        period_starts_at=clock.from_epoch(line.period.start),
        payment_intent_id=id_of(intent),
        attempts=invoice.attempt_count,
        account=spoken_for(),
        is_given_up=invoice.status in ("void", "uncollectible"),
        is_retried_there=invoice.status == "open" and bool(invoice.auto_advance),
    )


def invoice_behind(payment_intent_id: str) -> str | None:
    """The invoice that a payment is for; None for a payment of its own."""
    wanted = {"type": "payment_intent", "payment_intent": payment_intent_id}
    with calling():
        found = client().v1.invoice_payments.list(cast(Any, {"payment": wanted, "limit": 1})).data
    return id_of(found[0].invoice) if found else None


def read_subscription(subscription_id: str) -> Subscription:
    with calling():
        return as_subscription(client().v1.subscriptions.retrieve(subscription_id))


def cancel_subscription(subscription_id: str, *, key: str) -> Subscription:
    """End a subscription at once, without proration. One that has ended already is simply read."""
    with calling():
        try:
            return as_subscription(
                client().v1.subscriptions.cancel(
                    subscription_id, {"prorate": False}, {"idempotency_key": f"cancel:{key}"}
                )
            )
        except stripe.InvalidRequestError:
            return as_subscription(client().v1.subscriptions.retrieve(subscription_id))


def as_subscription(found: stripe.Subscription) -> Subscription:
    items = found["items"].data
    ends = [item.current_period_end for item in items]
    return Subscription(
        id=found.id,
        recurring_gift_id=ours(found.metadata, "recurring_gift_id"),
        status=found.status,
        next_due_at=clock.from_epoch(ends[0]) if ends else None,
        ended_at=clock.from_epoch(found.ended_at) if found.ended_at else None,
        account=spoken_for(),
        ended_unpaid=_reason(found) == "payment_failed",
        item_id=items[0].id if items else "",
        product_id=id_of(items[0].price.product) or "" if items else "",
        customer_id=id_of(found.customer) or "",
    )


def _reason(found: stripe.Subscription) -> str | None:
    return found.cancellation_details.reason if found.cancellation_details else None
