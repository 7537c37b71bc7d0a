"""Reading a fund's ledger: its groups with their entries, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LedgerEntry, LedgerGroup
from core.db import db

BATCH = 500


@dataclass(frozen=True)
class Posting:
    """One group and those of its entries that touch the fund."""

    group: LedgerGroup
    entries: list[LedgerEntry]


def groups_of(fund: Fund) -> Select[LedgerGroup]:
    """The groups with an entry in the fund, newest first."""
    touched = select(LedgerEntry.group_id).where(LedgerEntry.fund_id == fund.id)
    query = select(LedgerGroup).where(LedgerGroup.id.in_(touched))
    return query.order_by(LedgerGroup.posted_at.desc(), LedgerGroup.id.desc())


def postings(fund: Fund, groups: Sequence[LedgerGroup]) -> list[Posting]:
    """These groups with their entries, in the same order."""
    query = select(LedgerEntry).where(
        LedgerEntry.group_id.in_([group.id for group in groups]), LedgerEntry.fund_id == fund.id
    )
    entries: dict[str, list[LedgerEntry]] = {group.id: [] for group in groups}
    for entry in db.session.scalars(query.order_by(LedgerEntry.id)):
        entries[entry.group_id].append(entry)
    return [Posting(group, entries[group.id]) for group in groups]


def lines(fund: Fund) -> Iterator[tuple[LedgerGroup, LedgerEntry]]:
    """Every entry of the fund with its group, oldest first, read in batches."""
    query = (
        select(LedgerGroup, LedgerEntry)
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(LedgerEntry.fund_id == fund.id)
        .order_by(LedgerEntry.id)
    )
    for row in db.session.execute(query.execution_options(yield_per=BATCH)):
        yield row[0], row[1]
