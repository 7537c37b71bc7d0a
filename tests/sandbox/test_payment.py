"""A gift paid once: what the money does, and what is told of it."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def test_a_paid_session_leads_to_the_charge_and_its_fee(till: Till, client: StripeClient) -> None:
    session = till.paid(5000, client_reference_id="gift_1", metadata={"gift": "gift_1"})
    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 5000)
    assert session.client_reference_id == "gift_1"
    assert (session.metadata or {})["gift"] == "gift_1"
    whole = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    intent = whole.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    entry = charge.balance_transaction
    assert isinstance(entry, stripe.BalanceTransaction)
    assert (entry.amount, entry.fee, entry.net) == (5000, 175, 4825)
    assert whole.line_items is not None
    assert whole.line_items.data[0].description == "A gift for Carlos"


def test_the_payer_stands_in_the_session_after_paying(till: Till) -> None:
    details = till.paid().customer_details
    assert details is not None
    assert (details.email, details.name) == ("dana@example.com", "Dana Donor")


def test_metadata_of_the_intent_reaches_the_charge(till: Till, client: StripeClient) -> None:
    session = till.paid(payment_intent_data={"metadata": {"gift": "gift_7"}})
    charges = client.v1.charges.list({"payment_intent": str(session.payment_intent)}).data
    assert [charge.metadata["gift"] for charge in charges] == ["gift_7"]


def test_events_of_a_payment_come_signed_and_in_order(till: Till, box: Box, inbox: Inbox) -> None:
    till.paid()
    box.wait_until_idle()
    assert inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert inbox.forged == 0
    assert {(event.livemode, event.api_version) for event in inbox.events} == {(False, "2026-05-27.dahlia")}


def test_a_declined_card_leaves_the_session_open_for_another(till: Till, box: Box, inbox: Inbox) -> None:
    session = till.session()
    refusal = till.pay(session, "4000 0000 0000 0002")
    assert refusal.status_code == 402
    error = refusal.json()["error"]
    assert (error["code"], error["decline_code"]) == ("card_declined", "generic_decline")
    assert error["message"] == "Your card was declined."
    assert till.pay(session).status_code == 200
    box.wait_until_idle()
    assert inbox.types[:3] == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    intents = {event.data.object["id"] for event in inbox.events if event.type.startswith("payment_intent")}
    assert len(intents) == 1


@pytest.mark.parametrize(
    ("card", "code", "message"),
    [
        ("4000000000009995", "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000000069", None, "Your card has expired."),
        ("4000000000000127", None, "Your card's security code is incorrect."),
    ],
)
def test_refusing_cards_say_why(till: Till, card: str, code: str | None, message: str) -> None:
    error = till.pay(till.session(), card).json()["error"]
    assert (error.get("decline_code"), error["message"]) == (code, message)


def test_a_session_is_not_paid_twice(till: Till, client: StripeClient) -> None:
    session = till.paid()
    assert till.pay(session).status_code == 400
    assert len(client.v1.charges.list().data) == 1


def test_a_customer_is_made_when_asked_for(till: Till, client: StripeClient) -> None:
    session = till.paid(customer_creation="always")
    customer = client.v1.customers.retrieve(str(session.customer))
    assert (customer.email, customer.name) == ("dana@example.com", "Dana Donor")


def test_zero_decimal_currencies_have_no_cents(till: Till, client: StripeClient) -> None:
    price = {"currency": "jpy", "unit_amount": 1200, "product_data": {"name": "A gift"}}
    session = till.paid(line_items=[{"price_data": price, "quantity": 2}])
    assert (session.currency, session.amount_total) == ("jpy", 2400)


def test_money_may_be_paid_in_the_past_for_history(till: Till, client: StripeClient) -> None:
    session = till.session()
    assert till.pay(session, at=1_700_000_000).status_code == 200
    assert [charge.created for charge in client.v1.charges.list().data] == [1_700_000_000]


def test_the_disputed_card_is_disputed_after_it_has_paid(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    till.paid(card="4000000000000259")
    box.wait_until_idle()
    assert "charge.dispute.created" in inbox.types
    dispute = client.v1.disputes.list().data[0]
    assert (dispute.amount, dispute.reason, dispute.status) == (5000, "fraudulent", "needs_response")
    assert [entry.net for entry in dispute.balance_transactions] == [-6500]
    closed = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert closed.status == "won"


def test_an_intent_can_be_confirmed_with_stripes_test_payment_methods(client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 1000)
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.create(
            {
                "amount": 1000,
                "currency": "usd",
                "payment_method": "pm_card_visa_chargeDeclined",
                "confirm": True,
            }
        )
    assert refusal.value.code == "card_declined"
