"""Counting certified hours for a report: the database groups, so memory stays flat over a million entries.

A tally knows how many entries it holds and whether one person alone worked them, as small counts are about
people. A reversing entry takes back one entry, and so counts against it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, case, func, or_, select
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
    """The tally of one day, phase and class under one rounding policy and one matrix (None: unvalued)."""

    day: date
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
    return [_worked(row) for row in _read(campaign_id, span)]


def changed_work(campaign_id: str, span: Span, *, since: datetime) -> list[Worked]:
    """What of that was certified or valued anew since an instant: how a corrected report would differ from
    the one it replaces."""
    # The valuation that is read is the one that counts, an entry's latest.
    revalued = and_(Valuation.number > 1, Valuation.valued_at > since)
    rows = _read(campaign_id, span, or_(TimeEntryApproval.approved_at > since, revalued))
    return [_worked(row) for row in rows]


def _is_new(span: Span) -> ColumnElement[bool]:
    if span.counted is None:
        return TimeEntryApproval.approved_at <= span.as_of
    return and_(
        TimeEntryApproval.approved_at <= span.as_of,
        or_(
            TimeEntry.worked_on >= span.counted.before,
            TimeEntryApproval.approved_at > span.counted.as_of,
        ),
    )


def _read(campaign_id: str, span: Span, also: ColumnElement[bool] | None = None) -> Iterable[Any]:
    keys = (
        TimeEntry.worked_on,
        func.substr(TimeEntry.task_code, 1, 2),
        Timekeeper.classification,
        TimeEntry.rounding_policy,
        Valuation.matrix,
        Valuation.matrix_sha256,
    )
    later = aliased(Valuation)
    superseded = select(later.id).where(later.entry_id == Valuation.entry_id, later.number > Valuation.number)
    is_valued = Valuation.id.is_not(None)
    query = (
        select(
            *keys,
            func.sum(case((TimeEntry.minutes_raw < 0, -1), else_=1)),
            func.sum(TimeEntry.units_tenths),
            func.sum(case((is_valued, TimeEntry.units_tenths), else_=0)),
            func.sum(func.coalesce(Valuation.value_minor, 0)),
            func.min(TimeEntry.timekeeper_id),
            func.max(TimeEntry.timekeeper_id),
        )
        .join(Matter, Matter.id == TimeEntry.matter_id)
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .outerjoin(Valuation, and_(Valuation.entry_id == TimeEntry.id, ~superseded.exists()))
        .where(
            Matter.campaign_id == campaign_id, TimeEntry.state == APPROVED, TimeEntry.worked_on < span.before
        )
        .group_by(*keys)
    )
    # A first report counts all that is certified by now, and need not read a million approvals.
    if span.counted is not None or also is not None:
        query = query.join(TimeEntryApproval, TimeEntryApproval.entry_id == TimeEntry.id).where(_is_new(span))
    if also is not None:
        query = query.where(also)
    return db.session.execute(query.execution_options(yield_per=1000))


def _worked(row: Any) -> Worked:
    day, phase, of_class, rounding, matrix, sha256, entries, tenths, valued, value, low, high = row
    return Worked(
        day=day,
        phase=f"{phase}00",
        classification=of_class,
        rounding=rounding,
        matrix=(matrix, sha256) if matrix else None,
        tally=Tally(int(entries), int(tenths), int(valued), int(value), low, high),
    )
