"""Valuing certified hours, thousands in one act: by their matter's table, at the rate of the day of the work."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    Select,
    String,
    and_,
    column,
    func,
    insert,
    literal,
    select,
    values,
)
from sqlalchemy.orm import aliased

from core.db import UtcDateTime, db
from core.money import Money
from legal.hours.certification import Certification
from legal.hours.time_entry import TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.loading import matrix_of
from legal.rates.rate_matrix import RateMatrix, Standing, matrix
from legal.rates.valuation import Valuation, minor_of, value_of

_NO_YEAR = -1
#: A rate of a table for a standing, on days that lie in one of the table's years.
_RATES = (
    column("matrix", String),
    column("classification", String),
    column("bar_year", Integer),
    column("sha256", String),
    column("rate_minor", BigInteger),
    column("currency", String),
    column("first_day", Date),
    column("last_day", Date),
)
#: Eight parameters each, and SQLite takes 32,766 in a statement.
_RATES_A_STATEMENT = 1_000


@dataclass(frozen=True, slots=True)
class Alike:
    """Entries of one certification that are worth the same: one table, day, standing and number of tenths."""

    campaign_id: str
    matrix: str
    worked_on: date
    who: Standing
    tenths: int
    #: Whether they take certified hours back; the tenths are negative then.
    takes_back: bool
    entries: int
    #: How many of them are half of a correction.
    paired: int


@dataclass(frozen=True, slots=True)
class Worth:
    """What entries of a day come to. `value` is None where the table has no rate: unvalued, not worth nothing."""

    campaign_id: str
    worked_on: date
    tenths: int
    currency: str
    value: Money | None


def work_of(certified: Certification) -> list[Alike]:
    """The entries of a certification, those that are alike together."""
    keys = (
        Matter.campaign_id,
        Matter.matrix,
        TimeEntry.worked_on,
        Timekeeper.classification,
        Timekeeper.bar_year,
        TimeEntry.units_tenths,
        TimeEntry.reverses_id.is_not(None),
    )
    paired = func.count(func.coalesce(TimeEntry.reverses_id, TimeEntry.corrects_id))
    query = _of(select(*keys, func.count(), paired), certified).group_by(*keys)
    return [
        Alike(campaign, table, day, Standing(of_class, year), *counted)
        for campaign, table, day, of_class, year, *counted in db.session.execute(query)
    ]


def value_certified(certified: Certification, work: Iterable[Alike]) -> Iterator[Worth]:
    """Value every entry of a certification by its matter's table at the rate of its day, and say what they come
    to. Entries that are alike are valued together, so that a month of thousands takes a handful of statements."""
    tables: dict[str, RateMatrix] = {}
    spans: dict[tuple[object, ...], tuple[date, date]] = {}
    back = False
    for each in work:
        if each.takes_back:
            back = True
            continue
        table = tables.get(each.matrix) or matrix_of(each.matrix, certified.organisation_id)
        tables[each.matrix] = table
        day, rate, tenths = (
            each.worked_on,
            table.find_rate(each.worked_on, each.who),
            each.tenths * each.entries,
        )
        if rate is None:
            yield Worth(each.campaign_id, day, tenths, table.currency, None)
            continue
        key = (*_standing(each), table.origin_on(day).sha256, rate.minor, rate.currency, table.year_of(day))
        first, last = spans.get(key, (day, day))
        spans[key] = (min(first, day), max(last, day))
        value = Money(value_of(each.tenths, rate).minor * each.entries, rate.currency)
        yield Worth(each.campaign_id, day, tenths, rate.currency, value)
    rows = [(*key[:-1], first, last) for key, (first, last) in spans.items()]
    for begin in range(0, len(rows), _RATES_A_STATEMENT):
        _write(certified, rows[begin : begin + _RATES_A_STATEMENT])
    if back:
        yield from _take_back(certified)


def _standing(each: Alike) -> tuple[str, str, int]:
    # Two unknown years are one key, which NULL would not be.
    year = each.who.experience_year
    return each.matrix, each.who.classification, _NO_YEAR if year is None else year


def _of(query: Select[*tuple[Any, ...]], certified: Certification) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(TimeEntryApproval)
        .join(TimeEntry, TimeEntry.id == TimeEntryApproval.entry_id)
        .join(Matter, Matter.id == TimeEntry.matter_id)
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .where(TimeEntryApproval.certification_id == certified.id)
    )


def _write(certified: Certification, rows: Sequence[tuple[object, ...]]) -> None:
    """A first valuation for each entry whose table, standing and day a row of `rows` speaks of."""
    of = values(*_RATES).data(rows).cte("rates").c
    fits = (
        of.matrix == Matter.matrix,
        of.classification == Timekeeper.classification,
        of.bar_year == func.coalesce(Timekeeper.bar_year, _NO_YEAR),
        TimeEntry.worked_on.between(of.first_day, of.last_day),
        TimeEntry.reverses_id.is_(None),
    )
    worth = minor_of(TimeEntry.units_tenths, of.rate_minor)
    kept = select(*_first(certified), of.matrix, of.sha256, of.rate_minor, worth, of.currency)
    _insert(_of(kept, certified).where(*fits))


def _take_back(certified: Certification) -> Iterator[Worth]:
    """A reversing entry takes back exactly the value that counts, whatever table it came from."""
    counted, later = aliased(Valuation), aliased(Valuation)
    newest = select(func.max(later.number)).where(later.entry_id == TimeEntry.reverses_id)
    counts = and_(counted.entry_id == TimeEntry.reverses_id, counted.number == newest.scalar_subquery())
    columns = (Matter.campaign_id, Matter.matrix, TimeEntry.worked_on, TimeEntry.units_tenths)
    told = _of(select(*columns, counted.value_minor, counted.currency), certified).outerjoin(counted, counts)
    for campaign_id, table_id, day, tenths, minor, currency in db.session.execute(
        told.where(TimeEntry.reverses_id.is_not(None))
    ):
        value = Money(-minor, currency) if currency else None
        yield Worth(campaign_id, day, tenths, currency or matrix(table_id).currency, value)
    kept = (counted.matrix, counted.matrix_sha256, counted.rate_minor, -counted.value_minor, counted.currency)
    query = _of(select(*_first(certified), *kept), certified).join(counted, counts)
    _insert(query.where(TimeEntry.reverses_id.is_not(None)))


def _first(certified: Certification) -> tuple[Any, ...]:
    return TimeEntry.id, literal(1), literal(certified.certified_at, UtcDateTime())


def _insert(query: Select[*tuple[Any, ...]]) -> None:
    columns = [
        "entry_id",
        "number",
        "valued_at",
        "matrix",
        "matrix_sha256",
        "rate_minor",
        "value_minor",
    ]
    step = insert(Valuation).from_select([*columns, "currency"], query, include_defaults=False)
    db.session.execute(step)
