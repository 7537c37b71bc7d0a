"""Writing time down, correcting it while it is a draft, and submitting it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from legal import utbms
from legal.acting import answerable, find_answerable
from legal.hours.durations import spell
from legal.hours.rounding import LONGEST_MINUTES, check_minutes, tenths
from legal.hours.time_entry import DRAFT, SUBMITTED, TimeEntry, lock_entry
from legal.matters.matter import Matter, get_matter
from legal.matters.timekeeper import Timekeeper, get_timekeeper
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

LONG_DAY_MINUTES = 16 * 60
LONGEST_NARRATIVE = 2000


@dataclass(frozen=True, kw_only=True)
class Work:
    """What was done: `minutes` 1 to 1440 on `worked_on`, not in the future, with UTBMS codes."""

    worked_on: date
    minutes: int
    task_code: str
    activity_code: str
    narrative: str


def record_time(actor: Actor, *, matter_id: str, timekeeper_id: str, work: Work) -> TimeEntry:
    """Write a draft entry for a timekeeper of the actor's organisation.

    Raises NotFound for a foreign matter or timekeeper, Invalid naming minutes, worked_on, task_code,
    activity_code or narrative, Forbidden without the permission, Conflict when the matter is closed.
    """
    actor.require("hours.enter")
    matter, timekeeper = get_matter(actor, matter_id), get_timekeeper(actor, timekeeper_id)
    work = _checked(work, matter, timekeeper)
    _refuse_overfull_day(timekeeper, work)
    entry = TimeEntry(
        matter_id=matter.id,
        timekeeper_id=timekeeper.id,
        organisation_id=actor.organisation_id,
        author_id=_author_of(actor, timekeeper),
        worked_on=work.worked_on,
        minutes_raw=work.minutes,
        units_tenths=tenths(work.minutes, matter.rounding_policy),
        rounding_policy=matter.rounding_policy,
        task_code=work.task_code,
        activity_code=work.activity_code,
        narrative=work.narrative,
        state=DRAFT,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def revise_time(actor: Actor, entry_id: str, *, work: Work) -> TimeEntry:
    """Correct a draft or a returned entry; its rounding follows the policy it was written under.

    Raises what `record_time` raises, and Conflict `entry_locked` once it is submitted or approved.
    """
    actor.require("hours.enter")
    entry = lock_entry(actor, entry_id)
    if not entry.is_editable:
        raise Conflict("entry_locked", _("This entry is submitted. Ask the approver to return it first."))
    matter, timekeeper = get_matter(actor, entry.matter_id), get_timekeeper(actor, entry.timekeeper_id)
    work = _checked(work, matter, timekeeper)
    _refuse_overfull_day(timekeeper, work, besides=entry.id)
    entry.worked_on, entry.minutes_raw = work.worked_on, work.minutes
    entry.units_tenths = tenths(work.minutes, entry.rounding_policy)
    entry.task_code, entry.activity_code = work.task_code, work.activity_code
    entry.narrative = work.narrative
    db.session.flush()
    return entry


def discard_time(actor: Actor, entry_id: str) -> None:
    """Throw a draft away; it never was a fact. Raises Conflict `entry_locked` for any other state."""
    actor.require("hours.enter")
    entry = lock_entry(actor, entry_id)
    if entry.state != DRAFT:
        raise Conflict("entry_locked", _("Only a draft can be thrown away."))
    db.session.delete(entry)
    db.session.flush()


def submit_time(actor: Actor, entry_ids: Iterable[str]) -> list[TimeEntry]:
    """Hand entries to whoever approves. All of them move, or none.

    Raises NotFound for a foreign entry, Conflict `illegal_transition` for one that is not open.
    """
    actor.require("hours.enter")
    entries = [lock_entry(actor, entry_id) for entry_id in sorted(set(entry_ids))]
    for entry in entries:
        entry.move_to(SUBMITTED)
        entry.submitted_by_id, entry.submitted_at = find_answerable(actor), clock.now()
    db.session.flush()
    for entry in entries:
        audit.record(actor, "time_entry.submitted", entry.id)
    return entries


def long_day_warning(entry: TimeEntry) -> str | None:
    """A sentence when the timekeeper's day is over 16 hours: possible, but worth a second look."""
    minutes = _minutes_on(entry.timekeeper_id, entry.worked_on)
    if minutes <= LONG_DAY_MINUTES:
        return None
    return _("This day now has %(duration)s. Please check it.", duration=spell(minutes))


def _checked(work: Work, matter: Matter, timekeeper: Timekeeper) -> Work:
    """The work with canonical codes; every broken rule is named at once."""
    wrong: dict[str, list[str]] = {}
    codes = {"task_code": work.task_code, "activity_code": work.activity_code}
    for field, find in (("task_code", utbms.task_code), ("activity_code", utbms.activity_code)):
        try:
            codes[field] = find(codes[field]).code
        except Invalid as refusal:
            wrong |= refusal.errors
    try:
        check_minutes(work.minutes)
    except Invalid as refusal:
        wrong |= refusal.errors
    narrative = work.narrative.strip()
    if not 1 <= len(narrative) <= LONGEST_NARRATIVE:
        wrong["narrative"] = [_("Say what was done, in up to 2000 characters.")]
    if work.worked_on > _today_of(timekeeper):
        wrong["worked_on"] = [_("This day is in the future.")]
    elif matter.closed_on is not None and work.worked_on > matter.closed_on:
        wrong["worked_on"] = [_("The matter was closed before this day.")]
    if wrong:
        raise Invalid(wrong)
    return Work(worked_on=work.worked_on, minutes=work.minutes, narrative=narrative, **codes)


def _today_of(timekeeper: Timekeeper) -> date:
    """The present day where the timekeeper's organisation works."""
    zone = db.session.scalar(select(Organisation.zone).where(Organisation.id == timekeeper.organisation_id))
    return clock.today(zone or "UTC")


def _refuse_overfull_day(timekeeper: Timekeeper, work: Work, *, besides: str = "") -> None:
    # The timekeeper's row is the lock: two entries for one day are counted one after the other.
    db.session.execute(select(Timekeeper.id).where(Timekeeper.id == timekeeper.id).with_for_update())
    already = _minutes_on(timekeeper.id, work.worked_on, besides=besides)
    if already + work.minutes > LONGEST_MINUTES:
        message = _(
            "With %(duration)s already on this day it would exceed 24 hours.", duration=spell(already)
        )
        raise Invalid({"minutes": [message]})


def _minutes_on(timekeeper_id: str, day: date, *, besides: str = "") -> int:
    query = select(func.coalesce(func.sum(TimeEntry.minutes_raw), 0)).where(
        TimeEntry.timekeeper_id == timekeeper_id, TimeEntry.worked_on == day, TimeEntry.id != besides
    )
    return int(db.session.scalar(query) or 0)


def _author_of(actor: Actor, timekeeper: Timekeeper) -> str:
    """The member who writes, in person or by a token; an import by the system writes in the timekeeper's
    own name."""
    return find_answerable(actor) or timekeeper.member_id or answerable(actor)
