"""The approved hours of a matter valued by several matrices, side by side.

Every figure is an estimate, not money raised or spent, and the figures of two matrices are alternatives:
they are never added. What a matrix cannot value is listed with the reason, not counted as zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext
from sqlalchemy import func, select

from core.db import db
from core.errors import Conflict
from core.money import Money
from legal.hours.time_entry import APPROVED, TimeEntry
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.loading import matrix_of
from legal.rates.rate_matrix import RateMatrix, Standing
from legal.rates.valuation import value_of

WHY_UNVALUED = {
    "rate_year_missing": lazy_gettext("The year is not loaded"),
    "rate_band_missing": lazy_gettext("The band is not loaded"),
    "class_without_rate": lazy_gettext("No rate for the class"),
    "experience_unknown": lazy_gettext("Year of admission unknown"),
}


@dataclass(frozen=True)
class Row:
    """Hours of one class at one rate of one matrix."""

    matrix: str
    classification: str
    rate: Money
    tenths: int
    value: Money


@dataclass(frozen=True)
class Estimate:
    """All a matter's approved hours by one matrix. `unvalued` is tenths by the reason's code."""

    matrix: RateMatrix
    rows: list[Row]
    unvalued: dict[str, int]

    @property
    def value(self) -> Money:
        return sum((row.value for row in self.rows), Money.zero(self.matrix.currency))

    @property
    def valued_tenths(self) -> int:
        return sum(row.tenths for row in self.rows)


def compare(matter: Matter, matrix_ids: Iterable[str], *, organisation_id: str = "") -> list[Estimate]:
    """One estimate for each matrix over the same hours, all organisations together, with the years that the
    organisation which looks has loaded. Raises Invalid on matrix."""
    work = _approved_work(matter)
    return [_estimate(matrix_of(each, organisation_id), work) for each in matrix_ids]


@dataclass(frozen=True)
class _Work:
    """`count` entries of `tenths` each by people of one standing on one day; values round per entry."""

    worked_on: date
    who: Standing
    tenths: int
    count: int


def _approved_work(matter: Matter) -> list[_Work]:
    keys = (
        TimeEntry.worked_on,
        Timekeeper.classification,
        Timekeeper.bar_year,
        TimeEntry.units_tenths,
    )
    query = (
        select(*keys, func.count())
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .where(TimeEntry.matter_id == matter.id, TimeEntry.state == APPROVED)
        .group_by(*keys)
    )
    return [
        _Work(day, Standing(of_class, year), tenths, count)
        for day, of_class, year, tenths, count in db.session.execute(query)
    ]


def _estimate(rates: RateMatrix, work: Iterable[_Work]) -> Estimate:
    unvalued: dict[str, int] = {}
    sums: dict[tuple[str, Money], tuple[int, Money]] = {}
    for each in work:
        try:
            rate = rates.rate_on(each.worked_on, each.who)
        except Conflict as refusal:
            unvalued[refusal.code] = unvalued.get(refusal.code, 0) + each.tenths * each.count
            continue
        key = (each.who.classification, rate)
        tenths, value = sums.get(key, (0, Money.zero(rate.currency)))
        worth = Money(value_of(each.tenths, rate).minor * each.count, rate.currency)
        sums[key] = (tenths + each.tenths * each.count, value + worth)
    rows = [Row(rates.id, of_class, rate, *sums[of_class, rate]) for of_class, rate in sorted(sums)]
    return Estimate(rates, rows, unvalued)
