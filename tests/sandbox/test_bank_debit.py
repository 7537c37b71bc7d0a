"""A debit from a bank account: confirmed at once, paid or refused days later."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till, text_of

pytestmark = pytest.mark.pure
ACH: dict[str, Any] = {"payment_method_types": ["us_bank_account"]}
GOOD, EMPTY, DISPUTED = "000123456789", "000222222227", "000555555559"


def standing(client: StripeClient, session: str) -> tuple[str, str, str]:
    """Of the session, its payment and its intent."""
    seen = client.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent"]})
    intent = seen.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    return str(seen.status), seen.payment_status, intent.status


def test_it_is_processing_for_days_and_then_paid(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    session = till.paid(card=GOOD, **ACH)
    assert standing(client, session.id) == ("complete", "unpaid", "processing")
    assert client.v1.balance_transactions.list().data == []
    box.advance(by_days=3.9)
    assert standing(client, session.id)[1:] == ("unpaid", "processing")
    box.advance(by_days=0.2)
    assert standing(client, session.id) == ("complete", "paid", "succeeded")
    (entry,) = client.v1.balance_transactions.list().data
    assert (entry.amount, entry.fee) == (5000, 40)
    box.wait_until_idle()
    assert inbox.types == [
        *("payment_intent.created", "charge.pending", "payment_intent.processing"),
        *("checkout.session.completed", "charge.succeeded", "payment_intent.succeeded"),
        "checkout.session.async_payment_succeeded",
    ]


def test_it_may_be_refused_days_later(till: Till, client: StripeClient, box: Box, inbox: Inbox) -> None:
    session = till.paid(card=EMPTY, **ACH)
    box.advance(by_days=5)
    assert standing(client, session.id) == ("complete", "unpaid", "requires_payment_method")
    (charge,) = client.v1.charges.list().data
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "insufficient_funds")
    assert client.v1.balance_transactions.list().data == []
    box.wait_until_idle()
    assert inbox.types[-3:] == [
        *("charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"),
    ]


def test_it_may_be_disputed_once_it_is_paid(till: Till, client: StripeClient, box: Box) -> None:
    till.paid(card=DISPUTED, **ACH)
    assert client.v1.disputes.list().data == []
    box.advance(by_days=5)
    assert client.v1.disputes.list().data[0].amount == 5000


def test_the_fee_of_a_large_debit_has_a_cap(till: Till, client: StripeClient, box: Box) -> None:
    till.paid(1_000_00, card=GOOD, **ACH)
    box.advance(by_days=5)
    assert client.v1.balance_transactions.list().data[0].fee == 500


def test_the_page_asks_for_the_account_and_not_for_a_card(till: Till) -> None:
    session = till.session(**ACH)
    page = till.raw("GET", str(session.url).removeprefix(till.box.url)).text
    assert "Account number" in text_of(page)
    assert GOOD in page
    assert "Security code" not in page
    assert till.press(session, card_number="4242424242424242").status_code == 402
    assert till.press(session, card_number=GOOD, name="").status_code == 402
    assert till.press(session, card_number="0001 2345 6789").status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"payment_method_types": ["sepa_debit"]},
        {"payment_method_types": ["ideal"]},
        {"payment_method_types": ["card", "us_bank_account"]},
        {**ACH, "payment_intent_data": {"capture_method": "manual"}},
    ],
)
def test_what_a_debit_cannot_be_is_refused(till: Till, wrong: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        till.session(**wrong)


def test_what_is_given_back_is_on_its_way_to_the_account_for_a_while(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    intent = str(till.paid(card=GOOD, **ACH).payment_intent)
    box.advance(by_days=5)
    made = client.v1.refunds.create({"payment_intent": intent, "amount": 2000})
    assert made.status == "pending"
    assert made.destination_details is not None
    assert made.destination_details.type == "us_bank_account"
    box.advance(by_days=1)
    assert client.v1.refunds.retrieve(made.id).status == "succeeded"
    box.wait_until_idle()
    assert inbox.types[-3:] == ["charge.refunded", "refund.updated", "refund.updated"]
