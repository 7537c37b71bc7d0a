"""The only door to Stripe. What comes back is in our own words; Stripe's words stay in this folder.

Every call that changes something carries an idempotency key made from our own row's id, so that a repeated
call has no second effect. No call is made inside a transaction. Others import from here, never from below.
"""

from donors.stripe_gateway.accounts import OwnAccount, UnknownAccount, read_account
from donors.stripe_gateway.balance import (
    StripeMovement,
    StripePayout,
    events_since,
    movements_since,
    payouts_since,
    read_payout,
)
from donors.stripe_gateway.changing import (
    CardPage,
    CardPageRequest,
    SubscriptionChange,
    change_subscription,
    collect_invoice,
    open_card_page,
    read_card_page,
    stop_retries,
)
from donors.stripe_gateway.checkout import (
    Checkout,
    CheckoutRequest,
    expire_checkout,
    open_checkout,
    read_checkout,
)
from donors.stripe_gateway.client import API_VERSION, PaymentsUnavailable, init_app, on_account
from donors.stripe_gateway.disputes import (
    Evidence,
    StripeDispute,
    Warning,
    Withdrawal,
    accept_dispute,
    read_dispute,
    read_warning,
    submit_evidence,
)
from donors.stripe_gateway.events import BadSignature, Event, parse_event, read_event
from donors.stripe_gateway.holds import (
    CardTry,
    HeldPayment,
    card_try,
    read_held,
    release_held,
    take_held,
)
from donors.stripe_gateway.payment import Payment, read_payment
from donors.stripe_gateway.recurring import (
    Invoice,
    Subscription,
    cancel_subscription,
    invoice_behind,
    read_invoice,
    read_subscription,
)
from donors.stripe_gateway.refunds import StripeRefund, refund

__all__ = [
    "StripeMovement",
    "StripePayout",
    "events_since",
    "movements_since",
    "payouts_since",
    "read_payout",
    "Evidence",
    "StripeDispute",
    "Warning",
    "Withdrawal",
    "accept_dispute",
    "read_dispute",
    "read_warning",
    "submit_evidence",
    "API_VERSION",
    "OwnAccount",
    "UnknownAccount",
    "on_account",
    "read_account",
    "BadSignature",
    "CardPage",
    "CardPageRequest",
    "CardTry",
    "Checkout",
    "CheckoutRequest",
    "Event",
    "HeldPayment",
    "Invoice",
    "Payment",
    "PaymentsUnavailable",
    "StripeRefund",
    "Subscription",
    "SubscriptionChange",
    "cancel_subscription",
    "change_subscription",
    "collect_invoice",
    "card_try",
    "expire_checkout",
    "init_app",
    "invoice_behind",
    "open_card_page",
    "open_checkout",
    "parse_event",
    "read_card_page",
    "read_checkout",
    "read_event",
    "read_held",
    "read_invoice",
    "read_payment",
    "read_subscription",
    "refund",
    "stop_retries",
    "release_held",
    "take_held",
]
