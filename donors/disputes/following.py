"""Bringing a dispute to where it stands at Stripe: its state, its movements, what is lost, what is held.

While a bank has not decided, what it took is neither ours nor lost: it stands in the ledger's account
`disputed`, and the drive has raised it still. What a decided dispute keeps is lost: a reversal of the gift.
"""

from sqlalchemy import select

from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import db
from core.money import Money
from donors.disputes import losing
from donors.disputes.dispute import LOST, UNDECIDED, Dispute, DisputeMovement
from donors.disputes.fraud_warning import FraudWarning
from donors.gifts.gift import Gift
from donors.payments.connected_account import require_same
from donors.recurring import holding
from donors.recurring.instalments import lock_promise
from donors.stripe_gateway import StripeDispute, Warning, Withdrawal


def apply_dispute(gift: Gift, seen: StripeDispute) -> Dispute:
    """Bring the dispute of a locked gift to where it stands. Raises ForeignAccount, Conflict."""
    require_same(gift.account, seen.account)
    dispute = _find(seen.id) or _open(gift, seen)
    dispute.move(seen.state)
    dispute.reason, dispute.due_at = seen.reason, seen.due_at
    dispute.amount, dispute.is_refundable = seen.amount, seen.is_refundable
    if dispute.state in UNDECIDED:
        dispute.decided_at = None
    elif dispute.decided_at is None:
        dispute.decided_at = clock.now()
    for each in seen.withdrawals:
        _follow_money(gift, dispute, each)
    losing.settle(gift, dispute)
    _hold(gift, dispute)
    return dispute


def _hold(gift: Gift, dispute: Dispute) -> None:
    """No instalment is taken while a bank decides, nor after it kept one: staff lets it go on or ends it."""
    promise = lock_promise(gift.recurring_gift_id)
    if promise is None:
        return
    if dispute.state in UNDECIDED:
        holding.hold(promise, cause=dispute.id)
    elif dispute.state != LOST:
        holding.release(promise, cause=dispute.id)


def _find(stripe_dispute_id: str) -> Dispute | None:
    query = select(Dispute).where(Dispute.stripe_dispute_id == stripe_dispute_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def _open(gift: Gift, seen: StripeDispute) -> Dispute:
    dispute = Dispute(
        organisation_id=gift.organisation_id,
        gift_id=gift.id,
        stripe_dispute_id=seen.id,
        state=seen.state,
        reason=seen.reason,
        opened_at=seen.opened_at,
        lost_minor=0,
    )
    dispute.amount = seen.amount
    db.session.add(dispute)
    db.session.flush()
    return dispute


def _follow_money(gift: Gift, dispute: Dispute, seen: Withdrawal) -> None:
    known = select(DisputeMovement.id).where(DisputeMovement.stripe_id == seen.id)
    if db.session.scalar(known) is not None:
        return
    row = DisputeMovement(dispute_id=dispute.id, stripe_id=seen.id, fee_minor=seen.fee.minor, at=seen.at)
    row.amount = seen.amount
    db.session.add(row)
    db.session.flush()
    counts_for = gift.drive_id if gift.counts else ledger.NO_DRIVE
    ledger.post(
        kind="dispute_withdrawn" if seen.amount.minor < 0 else "dispute_reinstated",
        source=row.id,
        fund_id=gift.fund_id,
        lines=[
            Line(ledger.STRIPE, seen.amount - seen.fee),
            Line(ledger.DISPUTE_FEES, seen.fee, counts_for),
            *_claim(seen.amount, dispute.amount),
        ],
        occurred_at=seen.at,
    )


def _claim(moved: Money, disputed: Money) -> list[Line]:
    """What the bank has of ours, in the gift's currency: the ledger's two currencies meet in `exchange`."""
    if moved.currency == disputed.currency:
        return [Line(ledger.DISPUTED, -moved)]
    claim = disputed if moved.minor < 0 else -disputed
    return [
        Line(ledger.EXCHANGE, -moved),
        Line(ledger.DISPUTED, claim),
        Line(ledger.EXCHANGE, -claim),
    ]


def apply_warning(gift: Gift, seen: Warning) -> FraudWarning:
    """Keep what an issuer warns of, and whether a refund still helps. Raises ForeignAccount."""
    require_same(gift.account, seen.account)
    row = db.session.get(FraudWarning, seen.id)
    if row is None:
        row = FraudWarning(
            id=seen.id,
            organisation_id=gift.organisation_id,
            gift_id=gift.id,
            kind=seen.kind,
            warned_at=seen.at,
        )
        db.session.add(row)
    row.is_actionable = seen.is_actionable
    return row
