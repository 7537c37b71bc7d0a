"""Answers to disputes on their way to Stripe: our row first, then the call, then how the dispute stands."""

from datetime import timedelta

from sqlalchemy import select

from core import clock
from core.db import db, transaction
from donors import stripe_gateway
from donors.disputes import evidence, following
from donors.disputes.dispute import Dispute, DisputeAnswer
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.stripe_gateway import StripeDispute


def send_answer(answer_id: str) -> None:
    """Tell Stripe what staff decided. Raises PaymentsUnavailable; the row then waits for the sweep."""
    row = db.session.get_one(DisputeAnswer, answer_id)
    if row.done_at or row.failed_at:
        return
    dispute = db.session.get_one(Dispute, row.dispute_id)
    seen = _tell(row, dispute)
    with transaction():
        row = db.session.get_one(DisputeAnswer, answer_id, with_for_update=True, populate_existing=True)
        if seen is None:
            row.failed_at = row.failed_at or clock.now()
            return
        row.done_at = row.done_at or clock.now()
        gift = settling.lock_gift(dispute.gift_id)
        assert gift is not None
        following.apply_dispute(gift, seen)


def _tell(row: DisputeAnswer, dispute: Dispute) -> StripeDispute | None:
    gift = db.session.get_one(Gift, dispute.gift_id)
    pack = evidence.gather(dispute)
    with stripe_gateway.on_account(gift.account):
        if row.is_accepting:
            return stripe_gateway.accept_dispute(dispute.stripe_dispute_id, key=row.id)
        wanted = evidence.for_the_bank(pack, row.statement)
        return stripe_gateway.submit_evidence(dispute.stripe_dispute_id, wanted, key=row.id)


def waiting_answers() -> list[str]:
    """Answers whose nudge was lost."""
    late = clock.now() - timedelta(minutes=2)
    query = select(DisputeAnswer.id).where(
        DisputeAnswer.done_at.is_(None), DisputeAnswer.failed_at.is_(None), DisputeAnswer.asked_at < late
    )
    return list(db.session.scalars(query.limit(200)))
