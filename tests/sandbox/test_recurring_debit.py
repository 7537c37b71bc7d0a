"""A gift that comes again from a bank account: each payment processes for days, then settles or is refused."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient
from stripe.checkout import Session

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till, text_of

pytestmark = pytest.mark.pure
ACH: dict[str, Any] = {"payment_method_types": ["us_bank_account"]}
GOOD, CLOSED = "000123456789", "000111111113"
BACS_GOOD = "108800 00012345"
DAY = 86400


def standing(client: StripeClient, session: Session) -> tuple[str, list[str]]:
    """Of the subscription, and of its invoices, oldest first."""
    subscription = client.v1.subscriptions.retrieve(str(session.subscription))
    invoices = client.v1.invoices.list({"subscription": subscription.id}).data[::-1]
    return subscription.status, [str(each.status) for each in invoices]


def intent_of(client: StripeClient, invoice: str) -> stripe.PaymentIntent:
    found = client.v1.invoices.retrieve(invoice, {"expand": ["payments"]})
    assert found.payments is not None
    return client.v1.payment_intents.retrieve(str(found.payments.data[0].payment.payment_intent))


def test_it_runs_at_once_and_its_first_invoice_is_paid_days_later(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    session = till.paid(every="month", card=GOOD, **ACH)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert standing(client, session) == ("active", ["open"])
    assert intent_of(client, str(session.invoice)).status == "processing"
    box.advance(by_days=4.1)
    assert standing(client, session) == ("active", ["paid"])
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    box.wait_until_idle()
    assert inbox.types.count("invoice.paid") == 1
    assert inbox.types.count("checkout.session.async_payment_succeeded") == 1


def test_each_renewal_processes_for_days_too(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    session = till.paid(every="month", card=GOOD, **ACH)
    box.advance(by_days=32)
    assert standing(client, session) == ("active", ["paid", "open"])
    box.advance(by_days=4)
    assert standing(client, session) == ("active", ["paid", "paid"])
    box.wait_until_idle()
    assert inbox.types.count("checkout.session.async_payment_succeeded") == 1


def test_a_refused_debit_is_not_tried_again_by_itself_and_another_account_mends_it(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    session = till.paid(every="month", card=CLOSED, **ACH)
    box.advance(by_days=5)
    assert standing(client, session) == ("past_due", ["open"])
    error = intent_of(client, str(session.invoice)).last_payment_error
    assert error is not None
    assert error.code == "account_closed"
    box.advance(by_days=15)
    assert len(client.v1.charges.list().data) == 1
    box.wait_until_idle()
    assert inbox.types.count("invoice.payment_failed") == 1
    method = client.v1.payment_methods.create(
        {
            "type": "us_bank_account",
            "us_bank_account": {"account_number": GOOD, "routing_number": "110000000"},
            "billing_details": {"name": "Dana Donor"},
        }
    )
    client.v1.payment_methods.attach(method.id, {"customer": str(session.customer)})
    client.v1.subscriptions.update(str(session.subscription), {"default_payment_method": method.id})
    assert client.v1.invoices.pay(str(session.invoice)).status == "open"
    with pytest.raises(stripe.InvalidRequestError, match="has not answered"):
        client.v1.invoices.pay(str(session.invoice))
    box.advance(by_days=4.1)
    assert standing(client, session) == ("active", ["paid"])


def test_a_payment_on_its_way_arrives_although_the_subscription_has_ended(
    till: Till, client: StripeClient, box: Box
) -> None:
    session = till.paid(every="month", card=GOOD, **ACH)
    client.v1.subscriptions.cancel(str(session.subscription))
    box.advance(by_days=5)
    assert standing(client, session) == ("canceled", ["paid"])


def test_on_a_test_clock_the_bank_answers_by_that_clock(till: Till, client: StripeClient, box: Box) -> None:
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    customer = client.v1.customers.create({"name": "Of the clock", "test_clock": clock.id})
    session = till.paid(every="month", card=GOOD, customer=customer.id, **ACH)
    box.advance(by_days=10)
    assert standing(client, session) == ("active", ["open"])
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_800_000_000 + 5 * DAY})
    assert standing(client, session) == ("active", ["paid"])
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_800_000_000 + 40 * DAY})
    assert standing(client, session) == ("active", ["paid", "paid"])


def test_an_account_is_saved_with_its_mandate_for_later(till: Till, client: StripeClient) -> None:
    customer = client.v1.customers.create({"email": "dana@example.com"})
    session = client.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "payment_method_types": ["bacs_debit"],
            "customer": customer.id,
            "success_url": "http://127.0.0.1:1/ok",
        }
    )
    page = text_of(till.raw("GET", str(session.url).removeprefix(till.box.url)).text)
    assert "Sort code and account number" in page
    assert "you allow the debit" in page
    assert "Save account" in page
    assert till.press(session, card_number=BACS_GOOD).status_code == 303
    (method,) = client.v1.customers.payment_methods.list(customer.id).data
    assert method.bacs_debit is not None
    assert (method.bacs_debit.sort_code, method.bacs_debit.last4) == ("10-88-00", "2345")


@pytest.mark.parametrize(("amount", "fee"), [(500, 20), (5000, 50), (100_000, 200)])
def test_a_british_debit_costs_a_percent_within_bounds(
    till: Till, client: StripeClient, box: Box, amount: int, fee: int
) -> None:
    price = {"currency": "gbp", "unit_amount": amount, "product_data": {"name": "A gift"}}
    lines = [{"price_data": price, "quantity": 1}]
    till.paid(card=BACS_GOOD, payment_method_types=["bacs_debit"], line_items=lines)
    box.advance(by_days=5.9)
    assert client.v1.balance_transactions.list().data == []
    box.advance(by_days=0.2)
    assert client.v1.balance_transactions.list().data[0].fee == fee


def test_a_british_debit_is_in_pounds_alone(till: Till) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="takes `gbp`"):
        till.session(every="month", payment_method_types=["bacs_debit"])
