"""How a share stands that was to go back to its donor: by its own refund, by another one, or not.

Money may go back past a close-out: somebody refunds the gift at Stripe's dashboard, staff does, or the donor's bank
takes it. What went back so since the shares were fixed settles as much of the share, so that no donor has it twice and
the fund pays it once. The rest is for the share's own refund.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from donors.close_outs.close_out import BACK, MOVED, STAYS, CloseOutShare
from donors.close_outs.plan import CAME_BACK, ELSEWHERE, REFUSED
from donors.gifts.refund import Refund

_Other = aliased(Refund)
_IS_OTHER: ColumnElement[bool] = and_(
    _Other.gift_id == CloseOutShare.gift_id,
    or_(CloseOutShare.refund_id.is_(None), _Other.id != CloseOutShare.refund_id),
)


def gone_elsewhere(shares: Sequence[CloseOutShare]) -> dict[str, int]:
    """By gift, what has gone back by other refunds than the share's own, ever; in minor units."""
    query = (
        select(CloseOutShare.gift_id, func.sum(_Other.amount_minor))
        .join(_Other, _IS_OTHER)
        .where(CloseOutShare.gift_id.in_([share.gift_id for share in shares]), *_stands(_Other))
        .group_by(CloseOutShare.gift_id)
    )
    found = {gift_id: int(minor) for gift_id, minor in db.session.execute(query)}
    return {share.gift_id: found.get(share.gift_id, 0) for share in shares}


def settled_elsewhere(share: CloseOutShare, gone: int, *, own: int = 0) -> int:
    """How much of the share `gone` settles, where its own refund brought `own`."""
    return min(max(gone - share.gone_minor, 0), share.amount_minor - own)


def stand(share: CloseOutShare, gone: int) -> None:
    """Bring a share to what its refunds say. Nothing of it is to be sent any more."""
    refund = db.session.get(Refund, share.refund_id) if share.refund_id else None
    state = refund.state if refund else ""
    own = refund.amount_minor if refund and state == "done" else 0
    share.elsewhere_minor = settled_elsewhere(share, gone, own=own)
    if own + share.elsewhere_minor == share.amount_minor:
        share.outcome, share.because = BACK, ELSEWHERE if share.elsewhere_minor else ""
        return
    share.outcome = STAYS
    if state == "refused":
        share.because = REFUSED
    elif state == "came_back" or share.because in ("", ELSEWHERE):
        share.because = CAME_BACK


def has_another_on_its_way() -> ColumnElement[bool]:
    """Whether another refund of the share's gift is neither made nor refused: how much of it is left is not known."""
    waiting = select(_Other.id).where(_IS_OTHER, _Other.done_at.is_(None), _Other.failed_at.is_(None))
    return exists(waiting.correlate(CloseOutShare))


def list_moved() -> Select[Any]:
    """Shares that stand otherwise than their refunds say, as news from Stripe makes them."""
    own = case((and_(*_stands(Refund)), Refund.amount_minor), else_=0)
    gone = (
        select(func.coalesce(func.sum(_Other.amount_minor), 0))
        .where(_IS_OTHER, *_stands(_Other))
        .correlate(CloseOutShare)
        .scalar_subquery()
    )
    since, room = gone - CloseOutShare.gone_minor, CloseOutShare.amount_minor - own
    settled = case((since <= 0, 0), (since > room, room), else_=since)
    is_back = CloseOutShare.outcome == BACK
    came_back = and_(is_back, CloseOutShare.because == "", Refund.undone_at.is_not(None))
    has_news = and_(
        CloseOutShare.because != "",
        CloseOutShare.outcome != MOVED,
        or_(settled != CloseOutShare.elsewhere_minor, and_(is_back, settled < room)),
    )
    query = select(CloseOutShare).outerjoin(Refund, Refund.id == CloseOutShare.refund_id)
    return query.where(or_(came_back, has_news))


def _stands(refund: Any) -> tuple[ColumnElement[bool], ...]:
    return refund.done_at.is_not(None), refund.undone_at.is_(None)
