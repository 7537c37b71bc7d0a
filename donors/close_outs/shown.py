"""The shares of a close-out as staff reads them: planned ones while it is prepared, the kept ones afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from campaigns.funds import surplus
from campaigns.funds.fund import Fund
from core.db import db
from core.money import Money
from core.web.paging import Page, Pager, numbered_list, page, page_of_list
from donors.close_outs.close_out import DRAFT, CloseOut, CloseOutShare
from donors.close_outs.plan import Plan, Share, plan_of
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.people.donor import Donor

BATCH = 500


@dataclass(frozen=True)
class Row:
    gift_id: str
    donor_id: str
    donor_name: str
    email: str
    gift: Money
    clause_number: int
    share: Money
    outcome: str
    because: str
    fund_name: str
    #: Of its refund, once one is decided; else empty.
    refund_state: str
    #: What of the share went back by another way.
    elsewhere: Money


def page_of(close_out: CloseOut, plan: Plan | None) -> Pager:
    """The page that `?page=` asks for."""
    pager = numbered_list(_shares(close_out, plan))
    return replace(pager, items=list(_filled_in(close_out, pager.items)))


def pieces_of(close_out: CloseOut, *, limit: int, cursor: str | None = None) -> Page:
    """The shares themselves, a piece at a time. Raises Invalid on a cursor that is not ours."""
    order = (CloseOutShare.gift_id,)
    if close_out.state == DRAFT:
        return page_of_list(plan_of(close_out).shares, order, limit=limit, cursor=cursor)
    query = select(CloseOutShare).where(CloseOutShare.close_out_id == close_out.id)
    return page(query, order, limit=limit, cursor=cursor)


def rows_of(close_out: CloseOut) -> Iterator[Row]:
    """All of them, read in batches."""
    shares = _shares(close_out, plan_of(close_out) if close_out.state == DRAFT else None)
    for start in range(0, len(shares), BATCH):
        yield from _filled_in(close_out, shares[start : start + BATCH])


def _shares(close_out: CloseOut, plan: Plan | None) -> Sequence[Share | CloseOutShare]:
    if plan is not None:
        return plan.shares
    query = select(CloseOutShare).where(CloseOutShare.close_out_id == close_out.id)
    return db.session.scalars(query.order_by(CloseOutShare.gift_id)).all()


def _filled_in(close_out: CloseOut, shares: Sequence[Share | CloseOutShare]) -> Iterator[Row]:
    ids = [share.gift_id for share in shares]
    gifts: dict[str, tuple[Gift, Donor]] = {
        gift.id: (gift, donor)
        for gift, donor in db.session.execute(
            select(Gift, Donor).join(Donor, Donor.id == Gift.donor_id).where(Gift.id.in_(ids))
        )
    }
    numbers = {clause.id: clause.number for clause in surplus.versions_of(close_out.fund_id)}
    targets = {share.to_fund_id for share in shares if share.to_fund_id}
    names = dict[Any, str](db.session.execute(select(Fund.id, Fund.name).where(Fund.id.in_(targets))).all())
    refunds = _refunds(shares)
    for share in shares:
        gift, donor = gifts[share.gift_id]
        yield Row(
            gift_id=gift.id,
            donor_id=donor.id,
            donor_name=donor.name,
            email=donor.email or "",
            gift=gift.charged,
            clause_number=numbers[share.clause_id],
            share=Money(share.amount_minor, close_out.fund.currency),
            outcome=share.outcome,
            because=share.because,
            fund_name=names.get(share.to_fund_id, ""),
            refund_state=refunds.get(share.gift_id, ""),
            elsewhere=Money(share.elsewhere_minor, close_out.fund.currency),
        )


def _refunds(shares: Sequence[Share | CloseOutShare]) -> dict[str, str]:
    """The state of each gift's refund."""
    wanted = {
        share.refund_id: share.gift_id
        for share in shares
        if isinstance(share, CloseOutShare) and share.refund_id
    }
    found = db.session.scalars(select(Refund).where(Refund.id.in_(wanted)))
    return {wanted[refund.id]: refund.state for refund in found}
