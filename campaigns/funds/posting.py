"""Posting many groups in one step: the same checks, rows and kept totals as one after the other through the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.funds.ledger import LedgerEntry, LedgerGroup, LedgerTotal, Line, check_lines
from core import clock, ids
from core.db import add_to_rows, insert_rows


@dataclass(frozen=True)
class Group:
    """What `ledger.post` takes of one group, but for kind and fund."""

    source: str
    lines: Sequence[Line]
    occurred_at: datetime


def post_many(*, kind: str, fund_id: str, groups: Sequence[Group]) -> None:
    """Append balanced groups of one kind and fund. Raises `Unbalanced`; the database refuses a second group of the
    same kind and source, and then none is written."""
    entries: list[dict[str, Any]] = []
    about: list[dict[str, Any]] = []
    totals: dict[tuple[str, str, str, str], int] = {}
    now = clock.now()
    for group in groups:
        lines = [line for line in group.lines if line.amount.minor]
        check_lines(lines)
        group_id = ids.new_id("grp")
        about.append(
            {
                "id": group_id,
                "kind": kind,
                "source": group.source,
                "occurred_at": group.occurred_at,
                "posted_at": now,
            }
        )
        for line in lines:
            key = (line.fund_id or fund_id, line.counts_for, line.account, line.amount.currency)
            totals[key] = totals.get(key, 0) + line.amount.minor
            entries.append(_row(key, group_id, line.amount.minor))
    insert_rows(LedgerEntry, entries)
    insert_rows(LedgerGroup, about)
    add_to_rows(
        LedgerTotal,
        _KEY,
        ("balance_minor",),
        [{**dict(zip(_KEY, key, strict=True)), "balance_minor": minor} for key, minor in totals.items()],
    )


_KEY = ("fund_id", "drive_id", "account", "currency")


def _row(key: tuple[str, str, str, str], group_id: str, minor: int) -> dict[str, Any]:
    return {**dict(zip(_KEY, key, strict=True)), "group_id": group_id, "amount_minor": minor}
