"""Approving hours entry by entry, and returning what needs another look.

Nobody approves hours they wrote, worked or submitted. Approval, valuation and the public totals are one
transaction; what several entries have in common is in `certifying`.
"""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from core.db import db
from core.errors import Invalid
from legal.acting import answerable, find_answerable
from legal.hours.certifying import approvable_by, certify_entries
from legal.hours.time_entry import (
    RETURNED,
    TimeEntry,
    TimeEntryApproval,
    TimeEntryReturn,
    entries_of,
    lock_entry,
    partners_of,
)
from staff import audit
from staff.access import Actor

LONGEST_REASON = 500


def approve_time(actor: Actor, entry_ids: Iterable[str]) -> list[TimeEntryApproval]:
    """Approve submitted entries and value them at the rate of their work date. All of them, or none.

    An entry that has no rate, for its year or for who worked, is approved without a value: it counts as
    hours and is listed as unvalued, never as worth zero. Raises NotFound, Forbidden for one's own hours, Conflict
    `illegal_transition`.
    """
    certified = certify_entries(actor, entry_ids)
    query = select(TimeEntryApproval).where(TimeEntryApproval.certification_id == certified.id)
    return list(db.session.scalars(query.order_by(TimeEntryApproval.entry_id)))


def return_time(actor: Actor, entry_id: str, *, reason: str) -> TimeEntryReturn:
    """Send a submitted entry back to its author, with its partner where it is half of a correction. Raises
    Invalid on reason, else what `approve_time` does."""
    actor.require("hours.approve")
    member_id = answerable(actor)
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say in up to 500 characters what should change.")]})
    entry = lock_entry(actor, entry_id)
    for each in (entry, *partners_of([entry])):
        each.move_to(RETURNED)
    returned = TimeEntryReturn(entry_id=entry.id, returned_by_id=member_id, reason=reason)
    db.session.add(returned)
    db.session.flush()
    audit.record(actor, "time_entry.returned", entry.id, reason=reason)
    return returned


def approvable(actor: Actor) -> Select[TimeEntry]:
    """The submitted entries of the organisation that this person may approve, oldest work first."""
    person_id = find_answerable(actor)
    query = entries_of(actor).order_by(TimeEntry.worked_on, TimeEntry.id)
    if person_id is None or not actor.can("hours.approve"):
        return query.where(TimeEntry.id.is_(None))
    return query.where(*approvable_by(person_id))


def count_approvable(actor: Actor) -> int:
    waiting = approvable(actor).order_by(None).with_only_columns(func.count())
    return db.session.scalar(waiting) or 0
