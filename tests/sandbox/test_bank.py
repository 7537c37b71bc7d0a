"""What banks do afterwards: warnings, partial disputes, inquiries, payouts that come back."""

import pytest
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def charge_of(client: StripeClient, session: object) -> str:
    return client.v1.charges.list({"payment_intent": str(session.payment_intent)}).data[0].id  # type: ignore[attr-defined]


def test_a_part_of_a_charge_is_disputed_and_won(till: Till, client: StripeClient) -> None:
    charge = charge_of(client, till.paid())
    till.control(f"charges/{charge}/dispute", {"amount": 2000})
    (dispute,) = client.v1.disputes.list({"charge": charge}).data
    assert [entry.net for entry in dispute.balance_transactions] == [-3500]
    till.control(f"disputes/{dispute.id}/decide", {"won": True})
    won = client.v1.disputes.retrieve(dispute.id)
    assert (won.status, sum(entry.net for entry in won.balance_transactions)) == ("won", 0)


def test_a_dispute_that_nobody_answers_is_lost_when_its_time_is_over(
    till: Till, client: StripeClient, box: Box
) -> None:
    till.paid(card="4000000000000259")
    box.advance(by_days=10)
    (dispute,) = client.v1.disputes.list().data
    assert (dispute.status, dispute.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_moves_no_money_and_leaves_the_charge_refundable(till: Till, client: StripeClient) -> None:
    session = till.paid(card="4000000000001976")
    (dispute,) = client.v1.disputes.list().data
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    client.v1.refunds.create({"payment_intent": str(session.payment_intent)})
    till.control(f"disputes/{dispute.id}/decide", {})
    assert client.v1.disputes.retrieve(dispute.id).status == "warning_closed"


def test_a_refund_settles_a_fraud_warning(till: Till, client: StripeClient) -> None:
    session = till.paid(card="4000000000005423")
    (warning,) = client.v1.radar.early_fraud_warnings.list().data
    assert (warning.actionable, warning.fraud_type) == (True, "made_with_stolen_card")
    client.v1.refunds.create({"payment_intent": str(session.payment_intent)})
    assert not client.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable


def test_an_automatic_payout_covers_exactly_what_is_available(
    till: Till, client: StripeClient, box: Box
) -> None:
    till.paid()
    assert till.control("payouts").json()["payout"] is None
    box.advance(by_days=3)
    till.paid(7000)
    payout = till.control("payouts").json()["payout"]
    covered = client.v1.balance_transactions.list({"payout": payout["id"]}).data
    assert payout["amount"] == 4825
    assert sorted(entry.net for entry in covered) == [-4825, 4825]
    till.control(f"payouts/{payout['id']}/bounce")
    assert client.v1.payouts.retrieve(payout["id"]).status == "failed"
    assert sum(entry.net for entry in client.v1.balance_transactions.list().data) == 4825 + 6767


def test_a_card_may_change_its_ways(till: Till, client: StripeClient, box: Box) -> None:
    session = till.paid(every="month")
    subscription = client.v1.subscriptions.retrieve(str(session.subscription))
    method = str(subscription.default_payment_method)
    till.control(f"payment_methods/{method}/card", {"card": "4000000000000341"})
    box.advance(by_days=32)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
