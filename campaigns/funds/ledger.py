"""The ledger: insert-only double entry in which every group sums to zero in each currency.

Debits are positive. A group's entries are written first and the group last: the database then checks that
they balance, refuses entries for a group that exists, and refuses UPDATE and DELETE on both (the triggers
are in migrations/guards.py). Corrections are new groups. Kept totals are written in the same transaction
and can be recomputed: `flask ledger verify`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Insert,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, upsert_add
from core.gathering import gather
from core.money import Money

# Assets
STRIPE = "stripe"  # money at Stripe, not paid out yet
TRANSIT = "transit"  # paid out by Stripe, on its way to the bank
BANK = "bank"
DISPUTED = "disputed"  # taken by a donor's bank that has not decided yet
BOND_DEPOSIT = "bond_deposit"  # returned when the case ends; not spending
TRUST = "trust"  # sent to a firm's trust ledger, not disbursed yet; not spending
# Income and what takes it back
GIFTS = "gifts"
FEE_COVER = "fee_cover"
REFUNDS = "refunds"
FEE_COVER_REFUNDS = "fee_cover_refunds"
INTEREST = "interest"
MATCHES = "matches"  # paid by sponsors of match funds; raised by no drive
EMPLOYER_MATCH = "employer_match"  # what employers added to their people's gifts; never counted as raised
# Expenses
PROCESSING_FEES = "processing_fees"
DISPUTE_FEES = "dispute_fees"
DISPUTE_LOSSES = "dispute_losses"  # lost beyond what was left of the gift
LEGAL_COSTS = "legal_costs"
BOND_FORFEITED = "bond_forfeited"
# Between two currencies: what left in one and came in another
EXCHANGE = "exchange"
# Between two funds of an organisation: no income of the one and no cost of the other
FUND_TRANSFERS = "fund_transfers"

ACCOUNTS = (
    STRIPE,
    TRANSIT,
    BANK,
    DISPUTED,
    BOND_DEPOSIT,
    TRUST,
    GIFTS,
    FEE_COVER,
    REFUNDS,
    FEE_COVER_REFUNDS,
    INTEREST,
    MATCHES,
    EMPLOYER_MATCH,
    PROCESSING_FEES,
    DISPUTE_FEES,
    DISPUTE_LOSSES,
    EXCHANGE,
    FUND_TRANSFERS,
    LEGAL_COSTS,
    BOND_FORFEITED,
)
CASH = (STRIPE, TRANSIT, BANK)
ASSETS = (*CASH, DISPUTED, BOND_DEPOSIT, TRUST)
SPENT = (LEGAL_COSTS, BOND_FORFEITED)
RAISED = (GIFTS, REFUNDS)
INCOME = (GIFTS, FEE_COVER, REFUNDS, FEE_COVER_REFUNDS, INTEREST, MATCHES, EMPLOYER_MATCH)
NO_DRIVE = ""
_TOTAL_KEY = ("fund_id", "account", "drive_id", "currency")


class LedgerEntry(Model):
    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_fund", "fund_id", "id"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    group_id: Mapped[str] = mapped_column(
        ForeignKey("ledger_group.id", deferrable=True, initially="DEFERRED"), index=True
    )
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"))
    #: The drive toward whose goals this amount counts; empty when it counts toward none.
    drive_id: Mapped[str] = mapped_column(Id, default=NO_DRIVE)
    account: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


class LedgerGroup(Model):
    """One event that moved money: what kind, caused by which row, when it happened and when we wrote it."""

    __tablename__ = "ledger_group"
    __table_args__ = (UniqueConstraint("kind", "source"), Index("ix_ledger_group_source", "source"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    #: Id of the gift, refund, expense or bond that caused it; once per kind.
    source: Mapped[str] = mapped_column(Id)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerTotal(Model):
    """The kept balance of one account of a fund, for one drive or (empty) none."""

    __tablename__ = "ledger_total"

    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    drive_id: Mapped[str] = mapped_column(Id, primary_key=True, default=NO_DRIVE)
    account: Mapped[str] = mapped_column(Text, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    balance_minor: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Line:
    """One entry to post: debit positive, credit negative. `counts_for` names the drive it counts toward."""

    account: str
    amount: Money
    counts_for: str = NO_DRIVE
    #: Another fund than the group's: one payout carries money of several.
    fund_id: str = ""


class Unbalanced(ValueError):
    """The lines do not sum to zero, or are fewer than two."""


def post(*, kind: str, source: str, fund_id: str, lines: Sequence[Line], occurred_at: datetime) -> str:
    """Append one balanced group and move the kept totals with it; returns the group's id.

    Raises `Unbalanced`; the database refuses a second group of the same kind and source.
    """
    lines = [line for line in lines if line.amount.minor]
    check_lines(lines)
    group_id = ids.new_id("grp")
    group = {
        "id": group_id,
        "kind": kind,
        "source": source,
        "occurred_at": occurred_at,
        "posted_at": clock.now(),
    }
    gather(_write, (group, fund_id, lines))
    return group_id


_Posting = tuple[dict[str, Any], str, Sequence[Line]]


def _write(postings: list[_Posting]) -> None:
    """Entries before their groups, which the database checks as they come, and then the totals."""
    entries = [
        {
            "group_id": group["id"],
            "fund_id": line.fund_id or fund_id,
            "drive_id": line.counts_for,
            "account": line.account,
            "amount_minor": line.amount.minor,
            "currency": line.amount.currency,
        }
        for group, fund_id, lines in postings
        for line in lines
    ]
    db.session.execute(_insert(LedgerEntry), entries)
    db.session.execute(_insert(LedgerGroup), [group for group, _fund_id, _lines in postings])
    _keep_totals(entries)


@cache
def _insert(model: type[Model]) -> Insert:
    table: Any = model.__table__  # plain rows: nothing here needs them as objects
    return insert(table)


def check_lines(lines: Sequence[Line]) -> None:
    """Raises `Unbalanced` unless these can be one group."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.account not in ACCOUNTS:
            raise Unbalanced(f"no account is called {line.account!r}")
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    if len(lines) < 2 or any(sums.values()):
        raise Unbalanced("a group needs two entries at least, and they must sum to zero")


def _keep_totals(entries: list[dict[str, Any]]) -> None:
    sums: dict[tuple[str, ...], int] = {}
    for each in entries:
        key = tuple(each[name] for name in _TOTAL_KEY)
        sums[key] = sums.get(key, 0) + each["amount_minor"]
    # Sorted, so that two processes lock the same rows in the same order.
    for key in sorted(sums):
        upsert_add(LedgerTotal, key=dict(zip(_TOTAL_KEY, key, strict=True)), add={"balance_minor": sums[key]})


def balance(fund_id: str, accounts: Sequence[str], currency: str) -> Money:
    """The fund's kept balance over some accounts, all drives together."""
    query = select(func.coalesce(func.sum(LedgerTotal.balance_minor), 0)).where(
        LedgerTotal.fund_id == fund_id, LedgerTotal.account.in_(accounts), LedgerTotal.currency == currency
    )
    return Money(int(db.session.scalar(query) or 0), currency)


def verify() -> Iterator[str]:
    """A sentence for each kept total that differs from the sum of its entries, and each unbalanced group."""
    keys = (LedgerEntry.fund_id, LedgerEntry.drive_id, LedgerEntry.account, LedgerEntry.currency)
    summed = {
        (row[0], row[1], row[2], row[3]): int(row[4])
        for row in db.session.execute(select(*keys, func.sum(LedgerEntry.amount_minor)).group_by(*keys))
    }
    kept = {
        (each.fund_id, each.drive_id, each.account, each.currency): each.balance_minor
        for each in db.session.scalars(select(LedgerTotal))
    }
    for key in sorted(summed.keys() | kept.keys()):
        total, entries = kept.get(key, 0), summed.get(key, 0)
        if total != entries:
            yield f"{' '.join(filter(None, key))}: kept {total}, entries sum to {entries}"
    unbalanced = (
        select(LedgerEntry.group_id)
        .group_by(LedgerEntry.group_id, LedgerEntry.currency)
        .having(func.sum(LedgerEntry.amount_minor) != 0)
    )
    for group_id in db.session.scalars(unbalanced):
        yield f"{group_id} does not balance"
