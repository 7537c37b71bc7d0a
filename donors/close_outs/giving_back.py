"""Giving shares back: each by a refund of its own, less what went back by another way meanwhile.

Each step looks at rows alone and may be repeated; a share has one refund that is not refused.
"""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, select

from core import clock
from core.db import db, lock_all
from core.errors import Conflict, Invalid
from core.money import Money
from donors.close_outs import standing
from donors.close_outs.close_out import BACK, STAYS, WORKING, CloseOut, CloseOutShare
from donors.close_outs.plan import DISPUTED, ELSEWHERE, RETURNED, TOO_SMALL
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.stripe_gateway import amounts

BATCH = 50
#: An asking that old was answered to whoever asked, or its answer is lost.
IN_HANDS = timedelta(minutes=2)


def list_undecided(close_out_id: str) -> list[str]:
    """Gifts whose shares are the next to be decided. While another refund of a gift is on its way, its share waits."""
    query = _undecided(close_out_id).where(~standing.has_another_on_its_way())
    ordered = query.with_only_columns(CloseOutShare.gift_id).order_by(CloseOutShare.gift_id)
    return list(db.session.scalars(ordered.limit(BATCH)))


def decide_refunds(close_out_id: str, gift_ids: list[str]) -> None:
    """Decide the refunds of these gifts' shares. What went back by another way meanwhile is not given again; what
    cannot go back any more stays in the fund."""
    close_out = lock(close_out_id)
    if close_out is None:
        return
    lock_all(Gift, gift_ids)
    query = _undecided(close_out_id).where(CloseOutShare.gift_id.in_(gift_ids))
    found = db.session.scalars(query.where(~standing.has_another_on_its_way())).all()
    gone = standing.gone_elsewhere(found)
    for share in found:
        share.elsewhere_minor = standing.settled_elsewhere(share, gone[share.gift_id])
        _decide(close_out, share)
    db.session.flush()


def _decide(close_out: CloseOut, share: CloseOutShare) -> None:
    due = Money(share.amount_minor - share.elsewhere_minor, share.currency)
    share.because = ELSEWHERE if share.elsewhere_minor else ""
    if not due:
        return
    if due < amounts.least(due.currency):
        share.outcome, share.because = STAYS, TOO_SMALL
        return
    reason = _("Close-out of “%(drive)s”", drive=close_out.drive.title)
    try:
        refund = giving.decide_refund(share.gift_id, due, asked_by=close_out.asked_by, reason=reason)
    except Conflict:
        share.outcome, share.because = STAYS, DISPUTED
    except Invalid:
        share.outcome, share.because = STAYS, RETURNED
    else:
        share.refund_id = refund.id


def list_sent(close_out_id: str) -> list[str]:
    """Gifts of refunds that were asked for and not answered."""
    query = _on_the_way(close_out_id).with_only_columns(CloseOutShare.gift_id)
    return list(db.session.scalars(query.order_by(CloseOutShare.gift_id)))


def withdraw_overtaken(close_out_id: str) -> None:
    """Refunds that Stripe did not make when it was asked, and that another refund has overtaken since: they are not
    asked for again. Young ones may be in another worker's hands."""
    if lock(close_out_id) is None:
        return
    lock_all(Gift, list_sent(close_out_id))
    for refund in _sent(close_out_id, are_overtaken=True):
        if refund.asked_at < clock.now() - IN_HANDS:
            refund.failed_at = clock.now()
    db.session.flush()


def list_to_send(close_out_id: str) -> list[str]:
    """Refunds that Stripe is to be asked for."""
    return [refund.id for refund in _sent(close_out_id, are_overtaken=False)]


def _sent(close_out_id: str, *, are_overtaken: bool) -> list[Refund]:
    """Of the refunds on their way, those of whose shares something went back by another way since they were decided,
    or the others."""
    query = _on_the_way(close_out_id).add_columns(Refund).order_by(Refund.id)
    rows = db.session.execute(query).all()
    gone = standing.gone_elsewhere([row[0] for row in rows])
    return [
        refund
        for share, refund in rows
        if (standing.settled_elsewhere(share, gone[share.gift_id]) > share.elsewhere_minor) == are_overtaken
    ]


def take_in_refusals(close_out_id: str) -> bool:
    """Once no refund is on its way any more: what Stripe refused went back by another way, or stays in the fund.
    Where a part went back, the rest is decided anew. Whether nothing is on its way or undecided."""
    close_out = lock(close_out_id)
    if close_out is None or is_anything_open(close_out_id):
        return False
    refused = with_refunds(close_out_id).where(IS_BACK, Refund.failed_at.is_not(None))
    shares = db.session.scalars(refused).all()
    gone = standing.gone_elsewhere(shares)
    for share in shares:
        settled = standing.settled_elsewhere(share, gone[share.gift_id])
        if share.elsewhere_minor < settled < share.amount_minor:
            share.refund_id, share.elsewhere_minor = None, settled
        else:
            standing.stand(share, gone[share.gift_id])
    db.session.flush()
    return not is_anything_open(close_out_id)


IS_BACK: ColumnElement[bool] = CloseOutShare.outcome == BACK


def shares_of(close_out_id: str) -> Select[CloseOutShare]:
    return select(CloseOutShare).where(CloseOutShare.close_out_id == close_out_id)


def with_refunds(close_out_id: str) -> Select[CloseOutShare]:
    return shares_of(close_out_id).join(Refund, Refund.id == CloseOutShare.refund_id)


def _on_the_way(close_out_id: str) -> Select[CloseOutShare]:
    return with_refunds(close_out_id).where(Refund.done_at.is_(None), Refund.failed_at.is_(None))


def _undecided(close_out_id: str) -> Select[CloseOutShare]:
    is_due = CloseOutShare.elsewhere_minor < CloseOutShare.amount_minor
    return shares_of(close_out_id).where(IS_BACK, CloseOutShare.refund_id.is_(None), is_due)


def is_anything_open(close_out_id: str) -> bool:
    """Whether a share is undecided, or Stripe has not confirmed or refused a refund."""
    waiting = (_undecided(close_out_id), _on_the_way(close_out_id))
    columns = [exists(each.with_only_columns(CloseOutShare.gift_id)) for each in waiting]
    return any(db.session.execute(select(*columns)).one())


def lock(close_out_id: str, state: str = WORKING) -> CloseOut | None:
    """The row while it is in this state, locked, so that two workers go on one after the other."""
    query = select(CloseOut).where(CloseOut.id == close_out_id, CloseOut.state == state)
    return db.session.scalar(query.with_for_update(of=CloseOut).execution_options(populate_existing=True))
