"""Every module that answers an address or does something in time. Importing this registers them all."""

from sandbox import connected_account, control_of_money
from sandbox.billing import (
    advancing,
    cancelling,
    changing,
    collecting,
    invoice_payment,
    invoice_routes,
    renewal,
    subscription,
    subscription_item,
    test_clock,
)
from sandbox.catalogue import price, product_routes
from sandbox.checkout import session
from sandbox.events import event, webhook_endpoint
from sandbox.payments import (
    balance,
    balance_transaction,
    capturing,
    charge,
    customer,
    dispute,
    fraud_warning,
    payment_intent,
    payment_method,
    payout,
    refund,
    setup_intent,
)

MODULES = (
    advancing,
    balance,
    balance_transaction,
    cancelling,
    capturing,
    changing,
    charge,
    collecting,
    connected_account,
    control_of_money,
    customer,
    dispute,
    event,
    fraud_warning,
    invoice_payment,
    invoice_routes,
    payment_intent,
    payment_method,
    payout,
    price,
    product_routes,
    refund,
    renewal,
    session,
    setup_intent,
    subscription,
    subscription_item,
    test_clock,
    webhook_endpoint,
)
