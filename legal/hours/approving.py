"""Approving hours, valuing what was approved, and returning what was not.

Nobody approves hours they wrote, worked or submitted. Approval, valuation and the public totals are one
transaction.
"""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from core.money import Money
from legal.acting import answerable, find_answerable
from legal.hours.time_entry import (
    APPROVED,
    RETURNED,
    SUBMITTED,
    TimeEntry,
    TimeEntryApproval,
    TimeEntryReturn,
    entries_of,
    lock_entry,
)
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.rate_matrix import Standing, matrix
from legal.rates.valuation import Valuation, find_valuation, value_of
from legal.reports.transparency import keep
from staff import audit
from staff.access import Actor

LONGEST_REASON = 500


def approve_time(actor: Actor, entry_ids: Iterable[str]) -> list[TimeEntryApproval]:
    """Approve submitted entries and value them at the rate of their work date. All of them, or none.

    An entry that has no rate, for its year or for who worked, is approved without a value: it counts as
    hours and is listed as unvalued, never as worth zero. Raises NotFound, Forbidden for one's own hours, Conflict
    `illegal_transition`.
    """
    actor.require("hours.approve")
    approver_id = answerable(actor)
    return [_approve(actor, approver_id, entry_id) for entry_id in sorted(set(entry_ids))]


def return_time(actor: Actor, entry_id: str, *, reason: str) -> TimeEntryReturn:
    """Send a submitted entry back to its author. Raises Invalid on reason, else what `approve_time` does."""
    actor.require("hours.approve")
    member_id = answerable(actor)
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say in up to 500 characters what should change.")]})
    entry = lock_entry(actor, entry_id)
    entry.move_to(RETURNED)
    returned = TimeEntryReturn(entry_id=entry.id, returned_by_id=member_id, reason=reason)
    db.session.add(returned)
    db.session.flush()
    audit.record(actor, "time_entry.returned", entry.id, reason=reason)
    return returned


def approvable(actor: Actor, *, limit: int = 1000) -> list[TimeEntry]:
    """The submitted entries of the organisation that this person may approve, oldest work first."""
    person_id = find_answerable(actor)
    if person_id is None or not actor.can("hours.approve"):
        return []
    query = (
        entries_of(actor)
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .where(
            TimeEntry.state == SUBMITTED,
            TimeEntry.author_id != person_id,
            TimeEntry.submitted_by_id.is_distinct_from(person_id),
            Timekeeper.member_id.is_distinct_from(person_id),
        )
    )
    return list(db.session.scalars(query.order_by(TimeEntry.worked_on, TimeEntry.id).limit(limit)))


def revalue(actor: Actor, entry_id: str, *, matrix_id: str) -> Valuation:
    """Value an approved entry by a matrix as it is now; the new row counts, the old ones stay.

    Raises Conflict `not_approved` or what `RateMatrix.rate_on` raises, Invalid on matrix.
    """
    actor.require("hours.approve")
    entry = lock_entry(actor, entry_id)
    if entry.state != APPROVED:
        raise Conflict("not_approved", _("Only approved hours have a value."))
    before = find_valuation(entry.id)
    valuation = _add_valuation(entry, matrix_id, number=before.number + 1 if before else 1)
    keep(
        entry,
        _matter_of(entry).campaign_id,
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


def _approve(actor: Actor, approver_id: str, entry_id: str) -> TimeEntryApproval:
    entry = lock_entry(actor, entry_id)
    _refuse_own(entry, approver_id)
    entry.move_to(APPROVED)
    approval = TimeEntryApproval(entry_id=entry.id, author_id=entry.author_id, approved_by_id=approver_id)
    db.session.add(approval)
    db.session.flush()
    _count(entry)
    audit.record(actor, "time_entry.approved", entry.id, after={"units_tenths": entry.units_tenths})
    return approval


def _count(entry: TimeEntry) -> None:
    """Value the entry where a rate is loaded, and move the totals."""
    matter = _matter_of(entry)
    rates = matrix(matter.matrix)
    if rates.find_rate(entry.worked_on, _standing_of(entry)):
        valued, value = entry.units_tenths, _add_valuation(entry, matter.matrix, number=1).value
    else:
        valued, value = 0, Money.zero(rates.currency)
    keep(entry, matter.campaign_id, hours=entry.units_tenths, valued=valued, value=value)


def _add_valuation(entry: TimeEntry, matrix_id: str, *, number: int) -> Valuation:
    rates = matrix(matrix_id)
    rate = rates.rate_on(entry.worked_on, _standing_of(entry))
    value = value_of(entry.units_tenths, rate)
    valuation = Valuation(
        entry_id=entry.id,
        number=number,
        matrix=matrix_id,
        matrix_sha256=rates.sha256,
        rate_minor=rate.minor,
        value_minor=value.minor,
        currency=value.currency,
    )
    db.session.add(valuation)
    db.session.flush()
    return valuation


def _matter_of(entry: TimeEntry) -> Matter:
    return db.session.get_one(Matter, entry.matter_id)


def _standing_of(entry: TimeEntry) -> Standing:
    return db.session.get_one(Timekeeper, entry.timekeeper_id).standing


def _refuse_own(entry: TimeEntry, approver_id: str) -> None:
    worker_id = db.session.scalar(select(Timekeeper.member_id).where(Timekeeper.id == entry.timekeeper_id))
    if approver_id in (entry.author_id, entry.submitted_by_id, worker_id):
        raise Forbidden(_("Nobody approves hours they wrote, worked or submitted. Ask a colleague."))
