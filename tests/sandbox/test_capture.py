"""An amount that is held on a card, and what may become of it."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure
MANUAL = {"capture_method": "manual"}


def held(till: Till) -> str:
    return str(till.paid(payment_intent_data=MANUAL).payment_intent)


def test_a_held_amount_is_not_paid_and_not_in_the_balance(till: Till, client: StripeClient) -> None:
    session = till.paid(payment_intent_data=MANUAL)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(str(session.payment_intent), {"expand": ["latest_charge"]})
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 5000, 0)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.captured, charge.balance_transaction) == (False, None)
    assert client.v1.balance_transactions.list().data == []


def test_capturing_takes_it_with_the_fee_on_what_is_taken(till: Till, client: StripeClient) -> None:
    session = till.paid(payment_intent_data=MANUAL)
    taken = client.v1.payment_intents.capture(str(session.payment_intent), {"amount_to_capture": 2000})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 2000, 0)
    (entry,) = client.v1.balance_transactions.list().data
    assert (entry.amount, entry.fee) == (2000, 88)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_letting_go_leaves_nothing_to_capture(till: Till, client: StripeClient) -> None:
    intent = held(till)
    client.v1.payment_intents.cancel(intent)
    with pytest.raises(stripe.InvalidRequestError, match="could not be captured"):
        client.v1.payment_intents.capture(intent)
    assert client.v1.charges.list({"payment_intent": intent}).data[0].refunded
    assert client.v1.balance_transactions.list().data == []


def test_a_week_without_a_decision_lets_go_by_itself(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    intent = held(till)
    box.advance(by_days=6.9)
    assert client.v1.payment_intents.retrieve(intent).status == "requires_capture"
    box.advance(by_days=0.2)
    ended = client.v1.payment_intents.retrieve(intent)
    assert (ended.status, ended.cancellation_reason) == ("canceled", "automatic")
    box.wait_until_idle()
    assert inbox.types[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_more_than_is_held_is_not_captured(till: Till, client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(held(till), {"amount_to_capture": 5001})
    assert refusal.value.param == "amount_to_capture"
