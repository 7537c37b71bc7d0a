"""Money set free from its restriction: a row for each expense that was what donors gave for.

Written in the transaction that posts the expense, and below zero when an expense comes back. Posting a bond
releases nothing: a deposit is not spent. A bond that is lost is.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import SPENT, LedgerTotal
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.money import Money


class RestrictionRelease(MoneyColumns, Model):
    __tablename__ = "restriction_release"
    __table_args__ = (Index("ix_restriction_release_fund", "fund_id", "released_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("rel"))
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"))
    #: The group that posted the expense; it says what caused it.
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"), unique=True)
    released_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def release(*, fund_id: str, group_id: str, amount: Money) -> RestrictionRelease:
    """Set `amount` free (below zero: restrict it again) for the expense of this group."""
    row = RestrictionRelease(fund_id=fund_id, group_id=group_id)
    row.amount = amount
    db.session.add(row)
    db.session.flush()
    return row


def released(fund: Fund) -> Money:
    """All that was set free from the fund so far."""
    query = select(func.coalesce(func.sum(RestrictionRelease.amount_minor), 0)).where(
        RestrictionRelease.fund_id == fund.id, RestrictionRelease.currency == fund.currency
    )
    return Money(int(db.session.scalar(query) or 0), fund.currency)


def restricted_balance(fund: Fund) -> Money:
    """What is still restricted: the fund's cash and what it has deposited or sent ahead."""
    return ledger.balance(fund.id, ledger.ASSETS, fund.currency)


def verify() -> Iterator[str]:
    """A sentence for each fund whose releases differ from the expenses that its ledger holds."""
    spent = (
        select(LedgerTotal.fund_id, LedgerTotal.currency, func.sum(LedgerTotal.balance_minor))
        .where(LedgerTotal.account.in_(SPENT))
        .group_by(LedgerTotal.fund_id, LedgerTotal.currency)
    )
    rows = select(
        RestrictionRelease.fund_id,
        RestrictionRelease.currency,
        func.sum(RestrictionRelease.amount_minor),
    ).group_by(RestrictionRelease.fund_id, RestrictionRelease.currency)
    posted = {(row[0], row[1]): int(row[2]) for row in db.session.execute(spent)}
    freed = {(row[0], row[1]): int(row[2]) for row in db.session.execute(rows)}
    for key in sorted(posted.keys() | freed.keys()):
        if posted.get(key, 0) != freed.get(key, 0):
            yield f"{key[0]} {key[1]}: released {freed.get(key, 0)}, spent {posted.get(key, 0)}"
