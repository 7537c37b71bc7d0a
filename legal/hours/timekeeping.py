"""Writing time down, correcting it while it is a draft, and submitting it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound, named_by
from legal import utbms
from legal.acting import answerable, find_answerable
from legal.hours.certification import period_locked, refuse_locked
from legal.hours.durations import spell
from legal.hours.rounding import LONGEST_MINUTES, check_minutes, tenths
from legal.hours.rounding_version import policy_on
from legal.hours.time_entry import (
    APPROVED,
    DRAFT,
    EDITABLE,
    SUBMITTED,
    TimeEntry,
    entries_of,
    lock_entry,
    locked,
    partners_of,
)
from legal.matters.matter import Matter, get_matter
from legal.matters.timekeeper import Timekeeper, get_timekeeper
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

LONGEST_NARRATIVE = 2000


@dataclass(frozen=True, kw_only=True)
class Work:
    """What was done: `minutes` 1 to 1440 on `worked_on`, not in the future, with UTBMS codes."""

    worked_on: date
    minutes: int
    task_code: str
    activity_code: str
    narrative: str
    #: Minutes after midnight at which it began, where somebody says so.
    starts_minute: int | None = None


def record_time(actor: Actor, *, matter_id: str, timekeeper_id: str, work: Work) -> TimeEntry:
    """Write a draft entry for a timekeeper of the actor's organisation.

    Raises NotFound for a foreign matter or timekeeper, Invalid naming minutes, worked_on, task_code,
    activity_code or narrative, Forbidden without the permission, Conflict when the matter is closed.
    """
    actor.require("hours.enter")
    with named_by("matter_id"):
        matter = get_matter(actor, matter_id)
    with named_by("timekeeper_id"):
        timekeeper = get_timekeeper(actor, timekeeper_id)
    work = check_work(work, matter, timekeeper)
    refuse_locked(actor.organisation_id, matter.id, [work.worked_on])
    refuse_overfull_day(timekeeper, work)
    entry = entry_of(actor, matter, timekeeper, work, policy=policy_on(matter, work.worked_on))
    db.session.add(entry)
    db.session.flush()
    return entry


def entry_of(actor: Actor, matter: Matter, timekeeper: Timekeeper, work: Work, *, policy: str) -> TimeEntry:
    """A draft, not added yet."""
    return TimeEntry(
        matter_id=matter.id,
        timekeeper_id=timekeeper.id,
        organisation_id=actor.organisation_id,
        author_id=author_of(actor, timekeeper),
        worked_on=work.worked_on,
        starts_minute=work.starts_minute,
        minutes_raw=work.minutes,
        units_tenths=tenths(work.minutes, policy),
        rounding_policy=policy,
        task_code=work.task_code,
        activity_code=work.activity_code,
        narrative=work.narrative,
        state=DRAFT,
    )


def revise_time(actor: Actor, entry_id: str, *, work: Work) -> TimeEntry:
    """Correct a draft or a returned entry; its rounding follows the policy it was written under.

    Raises what `record_time` raises, and Conflict: `entry_locked` once it is submitted, `period_locked` once
    it is certified or either day lies in a closed period.
    """
    actor.require("hours.enter")
    entry = lock_entry(actor, entry_id)
    _refuse_settled(entry, _("This entry is submitted. Ask the approver to return it first."))
    matter, timekeeper = get_matter(actor, entry.matter_id), get_timekeeper(actor, entry.timekeeper_id)
    work = check_work(work, matter, timekeeper)
    if not entry.corrects_id:
        refuse_locked(entry.organisation_id, entry.matter_id, [entry.worked_on, work.worked_on])
    refuse_overfull_day(timekeeper, work, besides=entry.id)
    entry.worked_on, entry.minutes_raw, entry.starts_minute = work.worked_on, work.minutes, work.starts_minute
    entry.units_tenths = tenths(work.minutes, entry.rounding_policy)
    entry.task_code, entry.activity_code = work.task_code, work.activity_code
    entry.narrative = work.narrative
    db.session.flush()
    return entry


def discard_time(actor: Actor, entry_id: str) -> None:
    """Throw a draft away; it never was a fact. Raises Conflict `entry_locked` for any other state,
    `period_locked` for certified hours."""
    actor.require("hours.enter")
    entry = lock_entry(actor, entry_id)
    if entry.state != DRAFT:
        _refuse_settled(entry, _("Only a draft can be thrown away."), but=())
    refuse_locked(entry.organisation_id, entry.matter_id, [entry.worked_on])
    db.session.delete(entry)
    db.session.flush()


def submit_time(actor: Actor, entry_ids: Iterable[str]) -> list[TimeEntry]:
    """Hand entries to whoever approves, and what travels with them. All of them move, or none.

    Raises NotFound for a foreign entry, Conflict `illegal_transition` for one that is not open.
    """
    actor.require("hours.enter")
    wanted = set(entry_ids)
    query = entries_of(actor).where(TimeEntry.id.in_(wanted)).order_by(TimeEntry.id)
    entries = list(db.session.scalars(locked(query)))
    if len(entries) != len(wanted):
        raise NotFound
    entries += partners_of(entries)
    for entry in entries:
        entry.move_to(SUBMITTED)
        entry.submitted_by_id, entry.submitted_at = find_answerable(actor), clock.now()
    db.session.flush()
    for entry in entries:
        audit.record(actor, "time_entry.submitted", entry.id)
    return entries


def check_work(work: Work, matter: Matter, timekeeper: Timekeeper) -> Work:
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
    if work.starts_minute is not None and not 0 <= work.starts_minute < LONGEST_MINUTES:
        wrong["starts_minute"] = [_("Write a time of the day such as 9:05.")]
    if wrong:
        raise Invalid(wrong)
    return replace(work, narrative=narrative, **codes)


def _refuse_settled(entry: TimeEntry, words: str, *, but: Collection[str] = EDITABLE) -> None:
    if entry.state == APPROVED:
        raise period_locked()
    if entry.state not in but or entry.reverses_id:
        raise Conflict("entry_locked", words)


def _today_of(timekeeper: Timekeeper) -> date:
    """The present day where the timekeeper's organisation works."""
    zone = db.session.scalar(select(Organisation.zone).where(Organisation.id == timekeeper.organisation_id))
    return clock.today(zone or "UTC")


def refuse_overfull_day(timekeeper: Timekeeper, work: Work, *, besides: str = "") -> None:
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


def author_of(actor: Actor, timekeeper: Timekeeper) -> str:
    """The member who writes, in person or by a token; an import by the system writes in the timekeeper's
    own name."""
    return find_answerable(actor) or timekeeper.member_id or answerable(actor)
