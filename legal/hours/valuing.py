"""Valuing certified hours: many at once when they are certified, one anew when another table should count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from flask_babel import gettext as _
from sqlalchemy import insert, select

from core import clock, ids
from core.db import db
from core.errors import Conflict
from core.money import Money
from legal.hours.time_entry import APPROVED, TimeEntry, is_reversed, lock_entry
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.loading import matrix_of
from legal.rates.rate_matrix import RateMatrix, Standing
from legal.rates.valuation import Valuation, find_valuation, value_of
from legal.reports.transparency import keep
from staff import audit
from staff.access import Actor


@dataclass(frozen=True, slots=True)
class Done:
    """What certifying needs to know of an entry."""

    id: str
    campaign_id: str
    matrix: str
    worked_on: date
    tenths: int
    who: Standing
    reverses_id: str | None = None


def value_all(work: Iterable[Done], organisation_id: str) -> dict[str, Money]:
    """Value every entry by its matter's table at the rate of its day, in one insert; gives the values by
    entry. An entry that has no rate there is left out: it is unvalued, not worth nothing.
    """
    rates: dict[tuple[str, date, Standing], tuple[RateMatrix, Money] | None] = {}
    worth = cache(value_of)
    now = clock.now()
    tables: dict[str, RateMatrix] = {}
    rows: list[dict[str, object]] = []
    values: dict[str, Money] = {}
    for each in work:
        if each.reverses_id:
            row = _taken_back(each)
        else:
            key = (each.matrix, each.worked_on, each.who)
            if key not in rates:
                if each.matrix not in tables:
                    tables[each.matrix] = matrix_of(each.matrix, organisation_id)
                table = tables[each.matrix]
                rate = table.find_rate(each.worked_on, each.who)
                rates[key] = (table, rate) if rate else None
            found = rates[key]
            row = _row(each, *found, worth(each.tenths, found[1]), now) if found else None
        if row:
            rows.append(row)
            values[each.id] = Money(int(str(row["value_minor"])), str(row["currency"]))
    if rows:
        db.session.connection().execute(insert(Valuation.__table__), rows)  # pyright: ignore[reportArgumentType]
    return values


def _row(each: Done, table: RateMatrix, rate: Money, value: Money, now: datetime) -> dict[str, object]:
    return {
        "id": ids.new_id("val"),
        "entry_id": each.id,
        "number": 1,
        "matrix": table.id,
        "matrix_sha256": table.origin_on(each.worked_on).sha256,
        "rate_minor": rate.minor,
        "value_minor": value.minor,
        "currency": value.currency,
        "valued_at": now,
    }


def _taken_back(each: Done) -> dict[str, object] | None:
    """A reversing entry takes back exactly the value that counts, whatever table it came from."""
    counted = find_valuation(str(each.reverses_id))
    if counted is None:
        return None
    return {
        "id": ids.new_id("val"),
        "entry_id": each.id,
        "number": 1,
        "matrix": counted.matrix,
        "matrix_sha256": counted.matrix_sha256,
        "rate_minor": counted.rate_minor,
        "value_minor": -counted.value_minor,
        "currency": counted.currency,
        "valued_at": clock.now(),
    }


def revalue(actor: Actor, entry_id: str, *, matrix_id: str) -> Valuation:
    """Value an approved entry by a matrix as it is now; the new row counts, the old ones stay.

    Raises Conflict `not_approved`, `taken_back`, or what `RateMatrix.rate_on` raises; Invalid on matrix.
    """
    actor.require("hours.approve")
    entry = lock_entry(actor, entry_id)
    if entry.state != APPROVED:
        raise Conflict("not_approved", _("Only approved hours have a value."))
    if entry.reverses_id or is_reversed(entry.id):
        raise Conflict("taken_back", _("This entry is taken back, so its value stays as it was."))
    before = find_valuation(entry.id)
    valuation = _value_anew(entry, matrix_id, number=before.number + 1 if before else 1)
    keep(
        entry,
        db.session.get_one(Matter, entry.matter_id).campaign_id,
        hours=0,
        valued=0 if before else entry.units_tenths,
        value=valuation.value - before.value if before else valuation.value,
    )
    audit.record(
        actor,
        "time_entry.valued",
        entry.id,
        before={"value_minor": before.value_minor} if before else None,
        after={"value_minor": valuation.value_minor, "matrix": matrix_id},
    )
    return valuation


def _value_anew(entry: TimeEntry, matrix_id: str, *, number: int) -> Valuation:
    table = matrix_of(matrix_id, entry.organisation_id)
    rate = table.rate_on(entry.worked_on, db.session.get_one(Timekeeper, entry.timekeeper_id).standing)
    value = value_of(entry.units_tenths, rate)
    valuation = Valuation(
        entry_id=entry.id,
        number=number,
        matrix=matrix_id,
        matrix_sha256=table.origin_on(entry.worked_on).sha256,
        rate_minor=rate.minor,
        value_minor=value.minor,
        currency=value.currency,
    )
    db.session.add(valuation)
    db.session.flush()
    return valuation


def work_of(entry_ids: Sequence[str] | object) -> list[Done]:
    """What `value_all` takes, for the entries of a certification."""
    query = (
        select(
            TimeEntry.id,
            Matter.campaign_id,
            Matter.matrix,
            TimeEntry.worked_on,
            TimeEntry.units_tenths,
            Timekeeper.classification,
            Timekeeper.bar_year,
            TimeEntry.reverses_id,
        )
        .join(Matter, Matter.id == TimeEntry.matter_id)
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .where(TimeEntry.id.in_(entry_ids))  # pyright: ignore[reportArgumentType]
        .order_by(TimeEntry.worked_on, TimeEntry.id)
    )
    return [
        Done(key, campaign, table, day, tenths, Standing(of_class, year), back)
        for key, campaign, table, day, tenths, of_class, year, back in db.session.execute(query)
    ]
