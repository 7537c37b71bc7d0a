"""Counting certified hours for a report: the database groups, so memory stays flat over a million entries.

A tally knows how many entries it holds and whether one person alone worked them, as small counts are about
people. A reversing entry takes back one entry, and so counts against it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from legal.hours.time_entry import APPROVED, TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.valuation import Valuation


@dataclass(frozen=True)
class Tally:
    """`entries` in all, their tenths of hours, those that are valued, and the value in minor units. `low` and
    `high` are the smallest and the greatest id of a timekeeper: two people at least where they differ."""

    entries: int
    tenths: int
    valued_tenths: int
    value_minor: int
    low: str
    high: str

    def __add__(self, other: Self) -> "Tally":
        return Tally(
            self.entries + other.entries,
            self.tenths + other.tenths,
            self.valued_tenths + other.valued_tenths,
            self.value_minor + other.value_minor,
            min(self.low, other.low),
            max(self.high, other.high),
        )

    @property
    def count(self) -> int:
        """What thresholds look at. Work that was taken back altogether is still somebody's."""
        return max(self.entries, 1)

    @property
    def is_of_several(self) -> bool:
        return self.low != self.high


@dataclass(frozen=True)
class Worked:
    """The tally of one month, phase and class under one rounding policy and one matrix (None: unvalued).
    `month` is its first day."""

    month: date
    phase: str
    classification: str
    rounding: str
    matrix: tuple[str, str] | None
    tally: Tally


@dataclass(frozen=True)
class Span:
    """Work before a day that was certified by an instant, without what an earlier report has counted."""

    before: date
    as_of: datetime
    counted: "Span | None" = None


def count_work(campaign_id: str, span: Span) -> list[Worked]:
    """The campaign's certified work that belongs to a report."""
    # A first report counts all that is certified by now, and need not read a million approvals.
    new = _is_new(span) if span.counted else None
    return [
        *_read(_first_values(campaign_id, span), new),
        *_read(_later_values(campaign_id, span), new),
    ]


def changed_work(campaign_id: str, span: Span, *, since: datetime) -> list[Worked]:
    """What of that was certified or valued anew since an instant: how a corrected report would differ from
    the one it replaces."""
    anew = select(Valuation.entry_id).where(Valuation.number > 1, Valuation.valued_at > since)
    changed = or_(TimeEntryApproval.approved_at > since, TimeEntry.id.in_(anew.correlate(None)))
    return _read(_first_values(campaign_id, span), and_(_is_new(span), changed))


def _is_new(span: Span) -> ColumnElement[bool]:
    is_certified = TimeEntryApproval.approved_at <= span.as_of
    if span.counted is None:
        return is_certified
    late = TimeEntryApproval.approved_at > span.counted.as_of
    return and_(is_certified, or_(TimeEntry.worked_on >= span.counted.before, late))


def _keys() -> dict[str, ColumnElement[Any]]:
    """What is grouped by. Few and short, since SQLite sorts a million rows by them."""
    return {
        "month": func.substr(cast(TimeEntry.worked_on, Text), 1, 7),
        "phase": func.substr(TimeEntry.task_code, 1, 2),
        "keeper": TimeEntry.timekeeper_id.expression,
        "rounding": TimeEntry.rounding_policy.expression,
        "matrix": Valuation.matrix.expression,
        "sha256": Valuation.matrix_sha256.expression,
    }


def _first_values(campaign_id: str, span: Span) -> Select[Any]:
    """Entries with the first value of each. What was valued anew is told apart, as it is little."""
    is_valued = Valuation.number.is_not(None)
    sums = {
        "entries": func.sum(case((TimeEntry.minutes_raw < 0, -1), else_=1)),
        "tenths": func.sum(TimeEntry.units_tenths),
        "valued": func.sum(case((is_valued, TimeEntry.units_tenths), else_=0)),
        "worth": func.sum(func.coalesce(Valuation.value_minor, 0)),
    }
    valued = and_(Valuation.entry_id == TimeEntry.id, Valuation.number == 1)
    query = _labelled(sums).select_from(TimeEntry).outerjoin(Valuation, valued)
    return query.where(*_within(campaign_id, span))


def _later_values(campaign_id: str, span: Span) -> Select[Any]:
    """By how much the values that count differ from the first ones; no hours and no entries."""
    first, later = aliased(Valuation), aliased(Valuation)
    superseded = select(later.number).where(
        later.entry_id == Valuation.entry_id, later.number > Valuation.number
    )
    sums = {
        **dict.fromkeys(("entries", "tenths", "valued"), literal(0)),
        "worth": func.sum(Valuation.value_minor - first.value_minor),
    }
    return (
        _labelled(sums)
        .select_from(Valuation)
        .join(first, and_(first.entry_id == Valuation.entry_id, first.number == 1))
        .join(TimeEntry, TimeEntry.id == Valuation.entry_id)
        .where(Valuation.number > 1, ~superseded.exists(), *_within(campaign_id, span))
    )


def _labelled(sums: dict[str, ColumnElement[Any]]) -> Select[Any]:
    keys = _keys()
    return select(*(each.label(name) for name, each in {**keys, **sums}.items())).group_by(*keys.values())


def _within(campaign_id: str, span: Span) -> tuple[ColumnElement[bool], ...]:
    matters = select(Matter.id).where(Matter.campaign_id == campaign_id)
    return (
        TimeEntry.matter_id.in_(matters),
        TimeEntry.state == APPROVED,
        TimeEntry.worked_on < span.before,
    )


def _read(query: Select[Any], new: ColumnElement[bool] | None) -> list[Worked]:
    """The groups of people as groups of their classes."""
    if new is not None:
        query = query.join(TimeEntryApproval, TimeEntryApproval.entry_id == TimeEntry.id).where(new)
    people = query.subquery()
    keys = (
        people.c.month,
        people.c.phase,
        Timekeeper.classification,
        people.c.rounding,
        people.c.matrix,
        people.c.sha256,
    )
    sums = (func.sum(people.c[name]) for name in ("entries", "tenths", "valued", "worth"))
    classes = (
        select(*keys, *sums, func.min(people.c.keeper), func.max(people.c.keeper))
        .join(Timekeeper, Timekeeper.id == people.c.keeper)
        .group_by(*keys)
    )
    return [_worked(row) for row in db.session.execute(classes)]


def _worked(row: Any) -> Worked:
    month, phase, of_class, rounding, matrix, sha256, entries, tenths, valued, worth, low, high = row
    return Worked(
        month=date.fromisoformat(f"{month}-01"),
        phase=f"{phase}00",
        classification=of_class,
        rounding=rounding,
        matrix=(matrix, sha256) if matrix else None,
        tally=Tally(int(entries), int(tenths), int(valued), int(worth), low, high),
    )
