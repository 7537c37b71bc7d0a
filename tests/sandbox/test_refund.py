"""Giving money back."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def test_parts_are_given_back_until_nothing_is_left(till: Till, client: StripeClient) -> None:
    intent = str(till.paid(5000).payment_intent)
    for amount in (1000, 1500):
        assert client.v1.refunds.create({"payment_intent": intent, "amount": amount}).status == "succeeded"
    client.v1.refunds.create({"payment_intent": intent})
    charge = client.v1.charges.list(
        {"payment_intent": intent},
    ).data[0]
    assert (charge.amount_refunded, charge.refunded) == (5000, True)
    assert sorted(one.amount for one in client.v1.refunds.list({"charge": charge.id}).data) == [
        1000,
        1500,
        2500,
    ]


def test_refund_cannot_exceed_what_is_left(till: Till, client: StripeClient) -> None:
    intent = str(till.paid(5000).payment_intent)
    client.v1.refunds.create({"payment_intent": intent, "amount": 4000})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent, "amount": 1001})
    assert refusal.value.param == "amount"
    client.v1.refunds.create({"payment_intent": intent, "amount": 1000})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent})
    assert refusal.value.code == "charge_already_refunded"


def test_the_fee_is_kept_when_a_charge_is_refunded(till: Till, client: StripeClient) -> None:
    refund = client.v1.refunds.create(
        {"payment_intent": str(till.paid(5000).payment_intent), "expand": ["balance_transaction"]}
    )
    entry = refund.balance_transaction
    assert isinstance(entry, stripe.BalanceTransaction)
    assert (entry.amount, entry.fee, entry.net, entry.type) == (-5000, 0, -5000, "refund")


def test_events_of_a_refund(till: Till, client: StripeClient, box: Box, inbox: Inbox) -> None:
    client.v1.refunds.create({"payment_intent": str(till.paid().payment_intent), "amount": 500})
    box.wait_until_idle()
    assert inbox.types[-3:] == ["refund.created", "charge.refunded", "refund.updated"]


def test_a_disputed_charge_is_not_refunded(till: Till, client: StripeClient) -> None:
    session = till.paid(card="4000000000000259")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": str(session.payment_intent)})
    assert refusal.value.code == "charge_disputed"


def test_some_refunds_settle_later(till: Till, client: StripeClient, box: Box) -> None:
    refund = client.v1.refunds.create(
        {"payment_intent": str(till.paid(card="4000000000007726").payment_intent)}
    )
    assert refund.status == "pending"
    box.advance(by_seconds=120)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_that_fails_returns_the_money(till: Till, client: StripeClient, box: Box) -> None:
    refund = client.v1.refunds.create(
        {"payment_intent": str(till.paid(card="4000000000005126").payment_intent)}
    )
    assert refund.status == "succeeded"
    box.advance(by_seconds=120)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.charges.retrieve(str(refund.charge)).amount_refunded == 0
