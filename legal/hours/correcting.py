"""Correcting certified hours: never by an edit, but by a pair that somebody else certifies again.

The first entry takes the old one back with as many negative minutes; the second, where there is one, says
what it should have been. Sums over approved entries are right without knowing of pairs.
"""

from flask_babel import gettext as _

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from legal.acting import find_answerable
from legal.hours.time_entry import APPROVED, SUBMITTED, TimeEntry, is_reversed, lock_entry
from legal.hours.timekeeping import Work, author_of, check_work, entry_of, refuse_overfull_day
from legal.matters.matter import get_matter
from legal.matters.timekeeper import Timekeeper, get_timekeeper
from staff import audit
from staff.access import Actor

LONGEST_REASON = 500


def correct_time(actor: Actor, entry_id: str, *, work: Work | None, reason: str) -> list[TimeEntry]:
    """Take a certified entry back and, unless `work` is None, write in its place what it should have been.
    Both wait for approval; the reversing entry comes first in the answer.

    Raises NotFound, Invalid on reason and as `record_time` does, Conflict `not_approved` for an entry that
    can still be revised and `taken_back` for one that is corrected already.
    """
    actor.require("hours.enter")
    entry = lock_entry(actor, entry_id)
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say in up to 500 characters what was wrong.")]})
    _refuse_other_states(entry)
    timekeeper = get_timekeeper(actor, entry.timekeeper_id)
    back = _taking_back(actor, entry, timekeeper)
    db.session.add(back)
    db.session.flush()
    pair = [back]
    if work is not None:
        pair.append(_in_its_place(actor, entry, timekeeper, work))
    audit.record(
        actor, "time_entry.corrected", entry.id, reason=reason, after={"by": [each.id for each in pair]}
    )
    return pair


def _refuse_other_states(entry: TimeEntry) -> None:
    if entry.state != APPROVED:
        raise Conflict("not_approved", _("This entry is not certified. Change it where it stands."))
    if entry.reverses_id or is_reversed(entry.id):
        raise Conflict("taken_back", _("This entry is taken back already."))


def _taking_back(actor: Actor, entry: TimeEntry, timekeeper: Timekeeper) -> TimeEntry:
    return TimeEntry(
        matter_id=entry.matter_id,
        timekeeper_id=entry.timekeeper_id,
        organisation_id=entry.organisation_id,
        author_id=author_of(actor, timekeeper),
        worked_on=entry.worked_on,
        starts_minute=entry.starts_minute,
        minutes_raw=-entry.minutes_raw,
        units_tenths=-entry.units_tenths,
        rounding_policy=entry.rounding_policy,
        task_code=entry.task_code,
        activity_code=entry.activity_code,
        narrative=entry.narrative,
        state=SUBMITTED,
        submitted_by_id=find_answerable(actor),
        submitted_at=clock.now(),
        reverses_id=entry.id,
    )


def _in_its_place(actor: Actor, entry: TimeEntry, timekeeper: Timekeeper, work: Work) -> TimeEntry:
    matter = get_matter(actor, entry.matter_id)
    work = check_work(work, matter, timekeeper)
    refuse_overfull_day(timekeeper, work)
    # The policy of then: a change of policy never reaches back into certified hours.
    told = entry_of(actor, matter, timekeeper, work, policy=entry.rounding_policy)
    told.state, told.corrects_id = SUBMITTED, entry.id
    told.submitted_by_id, told.submitted_at = find_answerable(actor), clock.now()
    db.session.add(told)
    db.session.flush()
    return told
