"""The match funds of a drive as its public figures show them, read in the one statement of those figures."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, select

from campaigns.drives.drive import Drive
from campaigns.matching.match_fund import OPEN, SCHEDULED, USED_UP, MatchFund
from campaigns.names.drive_names import shown_name
from core.money import Money

_NUMBERS = (
    "position",
    "cap_minor",
    "match_parts",
    "gift_parts",
    "taken_minor",
    "confirmed_minor",
    "paid_minor",
)
_INSTANTS = ("opens_at", "closes_at", "ended_at")
#: In this order in the text, the sponsor's words last: they may hold the sign between two fields.
_COLUMNS = ("id", "currency", *_NUMBERS, "most_per_gift_minor", *_INSTANTS, "sponsor")
_BETWEEN = "|"


def matches_column(at: Any = None) -> ColumnElement[str]:
    """All match funds of a drive as one text, a line each; `read_matches` takes it. The sponsor is empty where its name
    is not public. `at` None: now."""
    words: ColumnElement[str] = literal("")
    for name in _COLUMNS:
        named = shown_name(MatchFund.drive_id, MatchFund.sponsor, at) if name == "sponsor" else None
        column = func.coalesce(cast(getattr(MatchFund, name), String), "") if named is None else named
        words = column if name == "id" else words + _BETWEEN + column
    query = select(func.aggregate_strings(words, "\n")).where(MatchFund.drive_id == Drive.id)
    return query.correlate(Drive).scalar_subquery()


def read_matches(text: str | None) -> list[MatchFund]:
    """The match funds of the text in their order, to be looked at and not to be changed."""
    funds = [_read(line) for line in text.split("\n")] if text else []
    return sorted(funds, key=lambda fund: (fund.position, fund.id))


def _read(line: str) -> MatchFund:
    values: dict[str, Any] = dict(zip(_COLUMNS, line.split(_BETWEEN, len(_COLUMNS) - 1), strict=True))
    for name in _NUMBERS:
        values[name] = int(values[name])
    values["most_per_gift_minor"] = (
        int(values["most_per_gift_minor"]) if values["most_per_gift_minor"] else None
    )
    for name in _INSTANTS:
        values[name] = _instant(values[name]) if values[name] else None
    return MatchFund(**values)


def _instant(text: str) -> datetime:
    """SQLite keeps instants without their zone, which is UTC; PostgreSQL tells them with the session's."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def shown(funds: Sequence[MatchFund], at: datetime) -> list[MatchFund]:
    """Those that the public is told of: what matches now or will, and what has matched a gift."""
    return [
        each for each in funds if each.state(at) in (OPEN, SCHEDULED, USED_UP) or each.confirmed_minor > 0
    ]


def matched(funds: Sequence[MatchFund], currency: str) -> Money:
    """What sponsors add to the gifts that are paid; no part of what is raised."""
    return Money(sum(each.confirmed_minor for each in funds), currency)


def as_json(funds: Sequence[MatchFund], at: datetime) -> list[dict[str, Any]]:
    """As the public JSON of a drive tells them; amounts in minor units."""
    return [
        {
            "id": each.id,
            "sponsor": each.sponsor,
            "state": each.state(at),
            "match_parts": each.match_parts,
            "gift_parts": each.gift_parts,
            "cap_minor": each.cap_minor,
            "matched_minor": each.confirmed_minor,
            "waiting_minor": each.waiting.minor,
            "left_minor": each.left.minor,
            "most_per_gift_minor": each.most_per_gift_minor,
            "opens_at": each.opens_at.isoformat(),
            "closes_at": each.ends_at.isoformat() if each.ends_at else None,
        }
        for each in shown(funds, at)
    ]
