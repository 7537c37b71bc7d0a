"""What a decided dispute keeps: a reversal of the gift, and what the bank took beyond what was left of it."""

from sqlalchemy import select

from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import db
from core.money import Money
from donors.disputes.dispute import LOST, WON, Dispute, DisputeLoss, DisputeMovement
from donors.gifts import returning
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.webhooks_out import news


def settle(gift: Gift, dispute: Dispute, *, is_again: bool = False) -> None:
    """Post what a decided dispute keeps, and undo it where the bank decided anew or gave a part back. `is_again`:
    what it kept was undone a moment ago, to be worked out anew."""
    lost = _taken(dispute) if dispute.state in (WON, LOST) else 0
    if lost == dispute.lost_minor:
        return
    was_told = (is_again or dispute.lost_minor > 0) and _was_told(dispute)
    undone = _undo_losses(gift, dispute)
    if lost:
        _take_loss(gift, dispute, lost, was_told=was_told)
    else:
        for each in undone:
            news.gift_refund_returned(gift, each)
    dispute.lost_minor = lost


def lift(gift: Gift) -> list[Dispute]:
    """Undo what decided disputes took of a locked gift, for `settle` to work out anew: a refund that Stripe made
    before the bank took the rest comes first, also where it is told last."""
    query = (
        select(Dispute).where(Dispute.gift_id == gift.id, Dispute.lost_minor > 0).order_by(Dispute.opened_at)
    )
    found = list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    for each in found:
        _undo_losses(gift, each)
        each.lost_minor = 0
    return found


def _undo_losses(gift: Gift, dispute: Dispute) -> list[Refund]:
    """Returns what had been taken of the gift and stands again."""
    query = select(DisputeLoss).where(DisputeLoss.dispute_id == dispute.id, DisputeLoss.undone_at.is_(None))
    undone = [_undo_loss(gift, each) for each in db.session.scalars(query).all()]
    return [each for each in undone if each is not None]


def _taken(dispute: Dispute) -> int:
    """What the bank holds of the gift now, in the gift's minor units."""
    rows = db.session.scalars(select(DisputeMovement).where(DisputeMovement.dispute_id == dispute.id)).all()
    held = -sum(row.amount_minor for row in rows)
    if held and rows[0].currency != dispute.currency:
        return dispute.amount_minor
    return max(held, 0)


def _take_loss(gift: Gift, dispute: Dispute, lost: int, *, was_told: bool) -> None:
    at = dispute.decided_at or clock.now()
    part = min(lost, gift.refundable.minor)
    loss = DisputeLoss(dispute_id=dispute.id, excess_minor=lost - part, at=at)
    if part:
        row = Refund(gift_id=gift.id, asked_by="bank", reason=dispute.reason, asked_at=dispute.opened_at)
        row.amount = Money(part, gift.currency)
        db.session.add(row)
        returning.take_back(gift, row, at=at, account=ledger.DISPUTED)
        if not was_told:
            news.gift_refunded(gift, row)
        loss.refund_id = row.id
    db.session.add(loss)
    db.session.flush()
    _post_excess(gift, loss, "dispute_excess", 1)


def _was_told(dispute: Dispute) -> bool:
    """Whether it has taken a part of the gift before: worked out anew, it is still the one loss."""
    query = select(DisputeLoss.id).where(
        DisputeLoss.dispute_id == dispute.id, DisputeLoss.refund_id.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def _undo_loss(gift: Gift, loss: DisputeLoss) -> Refund | None:
    now = loss.undone_at = clock.now()
    row = db.session.get_one(Refund, loss.refund_id) if loss.refund_id is not None else None
    if row is not None:
        returning.bring_back(gift, row, at=now, account=ledger.DISPUTED)
    _post_excess(gift, loss, "dispute_excess_undone", -1)
    return row


def _post_excess(gift: Gift, loss: DisputeLoss, kind: str, sign: int) -> None:
    if not loss.excess_minor:
        return
    excess = Money(loss.excess_minor * sign, gift.currency)
    lines = [Line(ledger.DISPUTE_LOSSES, excess), Line(ledger.DISPUTED, -excess)]
    ledger.post(kind=kind, source=loss.id, fund_id=gift.fund_id, lines=lines, occurred_at=loss.at)
