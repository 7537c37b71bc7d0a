"""Disputes and early warnings of fraud, as Stripe sees them at this moment."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

import stripe

from core import clock
from core.money import Money
from donors.stripe_gateway.amounts import from_stripe
from donors.stripe_gateway.client import calling, client, id_of, spoken_for

#: Stripe's words for how a dispute stands, and ours.
_STATES = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry_answered",
    "warning_closed": "closed",
    "needs_response": "open",
    "under_review": "answered",
    "won": "won",
    "lost": "lost",
    "prevented": "closed",
}


@dataclass(frozen=True)
class Withdrawal:
    """Money that a dispute took (below zero) or brought back, in the currency of the balance."""

    id: str
    amount: Money
    fee: Money
    at: datetime


@dataclass(frozen=True)
class StripeDispute:
    id: str
    payment_intent_id: str | None
    state: str
    reason: str
    amount: Money
    opened_at: datetime
    due_at: datetime | None
    is_refundable: bool
    withdrawals: tuple[Withdrawal, ...]
    account: str = ""


@dataclass(frozen=True)
class Warning:
    id: str
    payment_intent_id: str | None
    kind: str
    is_actionable: bool
    at: datetime
    account: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a bank reads of a gift; empty texts are left out. Stripe takes 150,000 characters in all."""

    customer_name: str
    customer_email_address: str
    customer_purchase_ip: str
    product_description: str
    service_date: str
    refund_policy_disclosure: str
    uncategorized_text: str


def read_dispute(dispute_id: str) -> StripeDispute:
    with calling():
        return _dispute(client().v1.disputes.retrieve(dispute_id))


def submit_evidence(dispute_id: str, evidence: Evidence, *, key: str) -> StripeDispute | None:
    """Give the bank what we have, once. None when Stripe refuses: too late, or decided already."""
    given = {name: text for name, text in asdict(evidence).items() if text}
    params = cast(Any, {"evidence": given, "submit": True})
    with calling():
        try:
            updated = client().v1.disputes.update(dispute_id, params, {"idempotency_key": f"evidence:{key}"})
        except stripe.InvalidRequestError:
            return None
    return _dispute(updated)


def accept_dispute(dispute_id: str, *, key: str) -> StripeDispute | None:
    """Let the bank keep the money. None when Stripe refuses."""
    with calling():
        try:
            closed = client().v1.disputes.close(dispute_id, {}, {"idempotency_key": f"accept:{key}"})
        except stripe.InvalidRequestError:
            return None
    return _dispute(closed)


def read_warning(warning_id: str) -> Warning:
    with calling():
        found = client().v1.radar.early_fraud_warnings.retrieve(warning_id, {"expand": ["charge"]})
    charge = found.charge
    assert isinstance(charge, stripe.Charge)
    return Warning(
        id=found.id,
        payment_intent_id=id_of(found.payment_intent) or id_of(charge.payment_intent),
        kind=found.fraud_type,
        is_actionable=found.actionable,
        at=clock.from_epoch(found.created),
        account=spoken_for(),
    )


def _dispute(found: stripe.Dispute) -> StripeDispute:
    due = found.evidence_details.due_by
    return StripeDispute(
        id=found.id,
        payment_intent_id=id_of(found.payment_intent),
        state=_STATES[found.status],
        reason=found.reason,
        amount=from_stripe(found.amount, found.currency),
        opened_at=clock.from_epoch(found.created),
        due_at=clock.from_epoch(due) if due else None,
        is_refundable=found.is_charge_refundable,
        withdrawals=tuple(_withdrawal(each) for each in found.balance_transactions),
        account=spoken_for(),
    )


def _withdrawal(found: stripe.BalanceTransaction) -> Withdrawal:
    currency = found.currency.upper()
    return Withdrawal(
        id=found.id,
        amount=from_stripe(found.amount, currency),
        fee=from_stripe(found.fee, currency),
        at=clock.from_epoch(found.created),
    )
