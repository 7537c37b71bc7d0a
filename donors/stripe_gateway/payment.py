"""A payment with its fee and its refunds, as Stripe sees it at this moment."""

from dataclasses import dataclass
from datetime import datetime

import stripe

from core import clock
from core.money import Money
from donors.stripe_gateway.amounts import from_stripe
from donors.stripe_gateway.checkout import DEBITS
from donors.stripe_gateway.client import calling, client, ours, spoken_for
from donors.stripe_gateway.refunds import StripeRefund, as_refund


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
    account: str = ""  #: the connected account it was paid to; empty for our own
    refusal: str = ""  #: Stripe's word for why the last try failed
    is_processing: bool = False  #: a bank has been asked and answers within days
    is_debit: bool | None = None  #: from a bank account; None before anything was tried


def read_payment(payment_intent_id: str, *, was_refunded: bool = False) -> Payment:
    """The payment with its fee and its refunds.

    A refund that failed leaves no trace on the charge: `was_refunded` lists refunds all the same.
    """
    with calling():
        intent = client().v1.payment_intents.retrieve(
            payment_intent_id, {"expand": ["latest_charge.balance_transaction"]}
        )
        charge = intent.latest_charge
        assert not isinstance(charge, str)
        refunded = was_refunded or (charge is not None and charge.amount_refunded > 0)
        refunds = (
            client().v1.refunds.list({"payment_intent": payment_intent_id, "limit": 100}).data
            if refunded
            else []
        )
    currency = intent.currency.upper()
    is_paid = intent.status == "succeeded" and charge is not None
    return Payment(
        payment_intent_id=intent.id,
        gift_id=ours(intent.metadata, "gift_id"),
        is_paid=is_paid,
        paid_at=clock.from_epoch(charge.created) if charge is not None and is_paid else None,
        amount=from_stripe(intent.amount, currency),
        fee=_fee(charge, currency),
        refunds=tuple(as_refund(each) for each in refunds),
        account=spoken_for(),
        refusal=_refusal(intent),
        is_processing=intent.status == "processing",
        is_debit=_is_debit(charge),
    )


def _is_debit(charge: stripe.Charge | None) -> bool | None:
    details = charge.payment_method_details if charge else None
    return details.type in DEBITS.values() if details else None


def _refusal(intent: stripe.PaymentIntent) -> str:
    error = intent.last_payment_error
    # Stripe leaves out what an error does not have.
    return (getattr(error, "decline_code", None) or getattr(error, "code", None) or "") if error else ""


def _fee(charge: stripe.Charge | None, currency: str) -> Money | None:
    settled = charge.balance_transaction if charge else None
    if settled is None or isinstance(settled, str) or settled.currency.upper() != currency:
        return None  # not settled yet, or settled in another currency: the payout will tell
    try:
        return from_stripe(settled.fee, currency)
    except ValueError:
        return None  # finer than the currency
