"""What a drive has left: what its fund holds free, and of that the part its own gifts brought.

A fund may take in for several drives and from other funds, and costs are paid from all of it. So what is free is
shared in proportion to the gifts that still stand, those of other drives and money from elsewhere included. Gifts
that were part of a close-out before have had their share (docs/decisions/0022).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Select, func, select

from campaigns.funds import funding, ledger, reserving, surplus
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import FundTransfer
from core.db import db
from core.money import Money
from donors.close_outs.close_out import BACK, WORKING, CloseOut, CloseOutShare
from donors.disputes.dispute import ANSWERED, OPEN, Dispute
from donors.gifts.gift import RECEIVED, Gift
from donors.gifts.refund import Refund
from donors.stripe_gateway import amounts

_FEES = (ledger.PROCESSING_FEES, ledger.DISPUTE_FEES, ledger.DISPUTE_LOSSES)


@dataclass(frozen=True)
class StandingGift:
    """A gift of the drive that still stands, and what of it could go back; in minor units."""

    id: str
    donor_id: str
    clause_id: str
    net_minor: int
    #: What of it went back, or is on its way.
    gone_minor: int
    payment_intent_id: str | None


@dataclass(frozen=True)
class Reckoning:
    """From all that came into the fund to what is left of the drive; each line as staff reads it."""

    came: Money
    fees: Money
    spent: Money
    #: Moved in from other funds, less what moved out.
    moved: Money
    bonds: Money
    trust: Money
    disputed: Money
    cash: Money
    #: Promised already, by name.
    reserved: list[tuple[str, Money]]
    free: Money
    #: Of the free money, what other drives and other funds brought, and what is too fine to be shared.
    of_others: Money
    left: Money

    def as_json(self) -> dict[str, Any]:
        """Minor units by line."""
        names = (
            *("came", "fees", "spent", "moved", "bonds", "trust", "disputed", "cash", "free"),
            *("of_others", "left"),
        )
        lines: dict[str, Any] = {name: getattr(self, name).minor for name in names}
        return lines | {"reserved": sum(each.minor for _name, each in self.reserved)}


def reckon(fund: Fund, gifts: list[StandingGift], drive_id: str) -> Reckoning:
    """The lines for a drive with these standing gifts."""
    kept = funding.balances(fund)

    def total(*accounts: str) -> Money:
        return sum((kept[each] for each in accounts), Money.zero(fund.currency))

    free = reserving.free(fund)
    left = Money(_left_minor(fund, gifts, drive_id, free.minor), fund.currency)
    return Reckoning(
        came=-total(*ledger.INCOME),
        fees=total(*_FEES),
        spent=total(*ledger.SPENT),
        moved=-total(ledger.FUND_TRANSFERS),
        bonds=total(ledger.BOND_DEPOSIT),
        trust=total(ledger.TRUST),
        disputed=total(ledger.DISPUTED),
        cash=total(*ledger.CASH),
        reserved=reserving.reserved(fund),
        free=free,
        of_others=free - left,
        left=left,
    )


def _left_minor(fund: Fund, gifts: list[StandingGift], drive_id: str, free: int) -> int:
    own = sum(each.net_minor for each in gifts)
    others = _net_of_others(fund, drive_id) + _from_elsewhere(fund)
    if not own:
        return 0
    part = min(free * own // (own + others), sum(whole_steps(each, fund.currency) for each in gifts))
    return part - part % amounts.step(fund.currency).minor


def whole_steps(gift: StandingGift, currency: str) -> int:
    """What of a gift can go back in amounts that cards take."""
    return gift.net_minor - gift.net_minor % amounts.step(currency).minor


def standing_gifts(fund: Fund, drive_id: str) -> list[StandingGift]:
    """The drive's gifts that stand in whole or in part, in the order in which they were paid."""
    versions = surplus.versions_of(fund.id) or [surplus.current(fund.id)]
    columns = (Gift.id, Gift.donor_id, Gift.surplus_clause_id, Gift.started_at, Gift.payment_intent_id)
    query = _standing(fund).with_only_columns(*columns, _net().label("net"), _gone().label("gone"))
    rows = db.session.execute(query.where(Gift.drive_id == drive_id).order_by(Gift.paid_at, Gift.id))
    return [
        StandingGift(
            id=row.id,
            donor_id=row.donor_id,
            clause_id=row.surplus_clause_id or _clause_at(versions, row.started_at),
            net_minor=int(row.net),
            gone_minor=int(row.gone),
            payment_intent_id=row.payment_intent_id,
        )
        for row in rows
        if row.net > 0
    ]


def _clause_at(versions: list[surplus.SurplusClause], at: datetime) -> str:
    """For gifts that name none, such as those entered by hand: what was to be read when they were given."""
    return next((each.id for each in versions if each.valid_from <= at), versions[-1].id)


def _standing(fund: Fund) -> Select[Gift]:
    """Received, without a share in a close-out, and not in the hands of the donor's bank."""
    taken = select(Dispute.gift_id).where(
        Dispute.state.in_((OPEN, ANSWERED)), Dispute.is_refundable.is_(False)
    )
    return select(Gift).where(
        Gift.fund_id == fund.id,
        Gift.currency == fund.currency,
        Gift.state.in_(RECEIVED),
        Gift.id.not_in(select(CloseOutShare.gift_id)),
        Gift.id.not_in(taken),
    )


def _net() -> Any:
    """What is left of a gift, refunds on their way taken off."""
    return Gift.amount_minor + Gift.fee_cover_minor - _gone()


def _gone() -> Any:
    """What of a gift went back, or is on its way."""
    on_the_way = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(Refund.gift_id == Gift.id, Refund.done_at.is_(None), Refund.failed_at.is_(None))
        .correlate(Gift)
        .scalar_subquery()
    )
    return Gift.refunded_minor + on_the_way


def _net_of_others(fund: Fund, drive_id: str) -> int:
    query = _standing(fund).where(Gift.drive_id != drive_id).with_only_columns(func.sum(_net()))
    return int(db.session.scalar(query) or 0)


def _from_elsewhere(fund: Fund) -> int:
    """What other funds and interest brought."""
    query = select(func.sum(FundTransfer.amount_minor)).where(FundTransfer.to_fund_id == fund.id)
    interest = -ledger.balance(fund.id, (ledger.INTEREST,), fund.currency).minor
    return int(db.session.scalar(query) or 0) + max(interest, 0)


@reserving.reserves(lazy_gettext("Refunds on their way"))
def refunds_on_the_way(fund: Fund) -> Money:
    """Refunds that are decided and not made, and those that close-outs at work have still to decide."""
    decided = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .join(Gift, Gift.id == Refund.gift_id)
        .where(Gift.fund_id == fund.id, Refund.currency == fund.currency)
        .where(Refund.done_at.is_(None), Refund.failed_at.is_(None))
    )
    agreed = (
        select(func.coalesce(func.sum(CloseOutShare.amount_minor - CloseOutShare.elsewhere_minor), 0))
        .join(CloseOut, CloseOut.id == CloseOutShare.close_out_id)
        .where(CloseOut.fund_id == fund.id, CloseOut.state == WORKING)
        .where(CloseOutShare.outcome == BACK, CloseOutShare.refund_id.is_(None))
    )
    minor = sum(int(db.session.scalar(query) or 0) for query in (decided, agreed))
    return Money(minor, fund.currency)
