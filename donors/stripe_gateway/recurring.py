"""Subscriptions and their invoices: the promise and its instalments in Stripe's words."""

from dataclasses import dataclass
from datetime import datetime

import stripe

from core import clock
from core.money import Money
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


@dataclass(frozen=True)
class Subscription:
    id: str
    recurring_gift_id: str | None
    status: str
    next_due_at: datetime | None
    ended_at: datetime | None
    account: str = ""


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
        amount_due=Money(invoice.amount_due, invoice.currency.upper()),
        period_starts_at=clock.from_epoch(line.period.start),
        payment_intent_id=id_of(intent),
        attempts=invoice.attempt_count,
        account=spoken_for(),
    )


def read_subscription(subscription_id: str) -> Subscription:
    with calling():
        return _subscription(client().v1.subscriptions.retrieve(subscription_id))


def cancel_subscription(subscription_id: str, *, key: str) -> Subscription:
    """End a subscription at once, without proration. One that has ended already is simply read."""
    with calling():
        try:
            return _subscription(
                client().v1.subscriptions.cancel(
                    subscription_id, {"prorate": False}, {"idempotency_key": f"cancel:{key}"}
                )
            )
        except stripe.InvalidRequestError:
            return _subscription(client().v1.subscriptions.retrieve(subscription_id))


def _subscription(found: stripe.Subscription) -> Subscription:
    items = found["items"].data
    ends = [item.current_period_end for item in items]
    return Subscription(
        id=found.id,
        recurring_gift_id=ours(found.metadata, "recurring_gift_id"),
        status=found.status,
        next_due_at=clock.from_epoch(ends[0]) if ends else None,
        ended_at=clock.from_epoch(found.ended_at) if found.ended_at else None,
        account=spoken_for(),
    )
