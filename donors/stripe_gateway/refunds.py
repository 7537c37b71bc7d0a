"""Money given back."""

from dataclasses import dataclass
from datetime import datetime

import stripe

from core import clock
from core.money import Money
from donors.stripe_gateway.amounts import from_stripe, to_stripe
from donors.stripe_gateway.client import calling, client, ours


@dataclass(frozen=True)
class StripeRefund:
    id: str
    refund_id: str | None  #: ours, when it was asked for here
    amount: Money
    status: str
    at: datetime


def refund(payment_intent_id: str, amount: Money, *, refund_id: str) -> StripeRefund | None:
    """Give money back; the key is our refund's id. None when Stripe refuses for good."""
    with calling():
        try:
            made = client().v1.refunds.create(
                {
                    "payment_intent": payment_intent_id,
                    "amount": to_stripe(amount),
                    "metadata": {"refund_id": refund_id},
                },
                {"idempotency_key": f"refund:{refund_id}"},
            )
        except stripe.InvalidRequestError:
            return None
    return as_refund(made)


def as_refund(made: stripe.Refund) -> StripeRefund:
    return StripeRefund(
        id=made.id,
        refund_id=ours(made.metadata, "refund_id"),
        amount=from_stripe(made.amount, made.currency),
        status=made.status or "pending",
        at=clock.from_epoch(made.created),
    )
