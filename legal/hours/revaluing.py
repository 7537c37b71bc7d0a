"""Valuing an entry anew, when another table should count."""

from flask_babel import gettext as _

from core.db import db
from core.errors import Conflict
from legal.hours.time_entry import APPROVED, TimeEntry, is_reversed, lock_entry
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.loading import matrix_of
from legal.rates.valuation import Valuation, find_valuation, value_of
from legal.reports.transparency import keep
from staff import audit
from staff.access import Actor


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
