"""Certifying many hours in one act: the entries of a week or month of a matter, or those that somebody ticked.

Nobody certifies hours they wrote, worked or submitted. Approvals, values, public totals and the lock of the
period are one transaction and a handful of statements, whatever the number of entries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, insert, or_, select, update

from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.money import Money
from legal.acting import answerable
from legal.hours.certification import Certification, PeriodLock, locks_of, period_locked
from legal.hours.time_entry import (
    APPROVED,
    DRAFT,
    RETURNED,
    SUBMITTED,
    TimeEntry,
    TimeEntryApproval,
    refuse_step,
)
from legal.hours.valuing import Done, value_all, work_of
from legal.matters.matter import Matter, get_matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.rate_matrix import matrix
from legal.reports.transparency import keep_month
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days of one matter, both ends included."""

    matter_id: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Outcome:
    """What certifying a period did. `left_open` entries are drafts, returned, or the certifier's own: while
    there are any, the period is not locked."""

    certification: Certification
    left_open: int
    lock: PeriodLock | None


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    state: str
    tenths: int
    author_id: str
    submitted_by_id: str | None
    worker_id: str | None
    pair: str | None


def certify_period(actor: Actor, period: Period) -> Outcome:
    """Approve every submitted entry of the period that is not the actor's own, and close the period when
    nothing in it stays open. Days that have not come yet are left out.

    Raises NotFound for a foreign matter, Forbidden without the permission, Invalid on ends_on, Conflict
    `period_locked` when it is closed already and `nothing_to_certify`.
    """
    actor.require("hours.approve")
    person_id = answerable(actor)
    matter = get_matter(actor, period.matter_id)
    ends_on = min(period.ends_on, _today(actor))
    if ends_on < period.starts_on:
        raise Invalid({"ends_on": [_("Choose days that have come already.")]})
    within = in_period(actor, matter.id, period.starts_on, ends_on)
    _refuse_closed(actor, matter, period.starts_on, ends_on)
    certified = Certification(matter_id=matter.id, starts_on=period.starts_on, ends_on=ends_on)
    entries = _with_partners(_read(and_(within, *approvable_by(person_id))))
    if not entries and not db.session.scalar(select(TimeEntry.id).where(within).limit(1)):
        raise Conflict("nothing_to_certify", _("There are no hours in this period."))
    _certify(actor, person_id, entries, certified)
    left_open = _count_open(within)
    lock = None if left_open else _lock(certified)
    return Outcome(certified, left_open, lock)


def certify_entries(actor: Actor, entry_ids: Iterable[str]) -> Certification:
    """Approve these submitted entries and their partners: all of them, or none.

    Raises NotFound, Forbidden for one's own hours, Conflict `illegal_transition`.
    """
    actor.require("hours.approve")
    person_id, wanted = answerable(actor), set(entry_ids)
    mine = and_(TimeEntry.organisation_id == actor.organisation_id, TimeEntry.id.in_(wanted))
    entries = _read(mine)
    if len(entries) != len(wanted):
        raise NotFound
    entries = _with_partners(entries)
    for each in entries:
        if person_id in (each.author_id, each.submitted_by_id, each.worker_id):
            raise Forbidden(_("Nobody approves hours they wrote, worked or submitted. Ask a colleague."))
        refuse_step(each.state, APPROVED)
    certified = Certification()
    _certify(actor, person_id, entries, certified)
    return certified


def reopen_period(actor: Actor, lock: PeriodLock, *, reason: str) -> PeriodLock:
    """Take new entries into a closed period again; what is certified stays. Raises Invalid on reason."""
    actor.require("hours.approve")
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say why in up to 500 characters.")]})
    lock.reopened_at, lock.reopened_by_id, lock.reason = clock.now(), answerable(actor), reason
    db.session.flush()
    audit.record(actor, "period.reopened", lock.id, reason=reason)
    return lock


def approvable_by(person_id: str) -> tuple[ColumnElement[bool], ...]:
    """Submitted, and neither written, submitted nor worked by this person."""
    own = select(Timekeeper.id).where(Timekeeper.member_id == person_id)
    return (
        TimeEntry.state == SUBMITTED,
        TimeEntry.author_id != person_id,
        TimeEntry.submitted_by_id.is_distinct_from(person_id),
        TimeEntry.timekeeper_id.not_in(own),
    )


def in_period(actor: Actor, matter_id: str, starts_on: date, ends_on: date) -> ColumnElement[bool]:
    return and_(
        TimeEntry.organisation_id == actor.organisation_id,
        TimeEntry.matter_id == matter_id,
        TimeEntry.worked_on.between(starts_on, ends_on),
    )


def _today(actor: Actor) -> date:
    return clock.today(db.session.get_one(Organisation, actor.organisation_id).zone)


def _refuse_closed(actor: Actor, matter: Matter, starts_on: date, ends_on: date) -> None:
    # The matter's row is the lock: an entry that is being written waits, and then meets the closed period.
    db.session.execute(select(Matter.id).where(Matter.id == matter.id).with_for_update())
    covering = locks_of(actor).where(
        PeriodLock.matter_id == matter.id, PeriodLock.starts_on <= starts_on, PeriodLock.ends_on >= ends_on
    )
    if db.session.scalar(covering.limit(1)):
        raise period_locked()


def _read(condition: ColumnElement[bool]) -> list[_Entry]:
    query = _columns().where(condition).order_by(TimeEntry.id).with_for_update(of=TimeEntry)
    return [_Entry(*row) for row in db.session.execute(query)]


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        TimeEntry.id,
        TimeEntry.state,
        TimeEntry.units_tenths,
        TimeEntry.author_id,
        TimeEntry.submitted_by_id,
        Timekeeper.member_id,
        func.coalesce(TimeEntry.reverses_id, TimeEntry.corrects_id),
    ).join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)


def _with_partners(entries: list[_Entry]) -> list[_Entry]:
    pairs = {each.pair for each in entries if each.pair}
    if not pairs:
        return entries
    present = {each.id for each in entries}
    either = or_(TimeEntry.reverses_id.in_(pairs), TimeEntry.corrects_id.in_(pairs))
    return entries + [each for each in _read(either) if each.id not in present]


def _certify(actor: Actor, person_id: str, entries: Sequence[_Entry], certified: Certification) -> None:
    certified.organisation_id, certified.certified_by_id = actor.organisation_id, person_id
    certified.certified_at = now = clock.now()
    certified.entries, certified.units_tenths = len(entries), sum(each.tenths for each in entries)
    db.session.add(certified)
    db.session.flush()
    if entries:
        table: Any = (
            TimeEntryApproval.__table__
        )  # of the core: a row through the ORM costs three times as much
        db.session.connection().execute(
            insert(table),
            [
                {
                    "entry_id": each.id,
                    "author_id": each.author_id,
                    "worker_id": each.worker_id,
                    "approved_by_id": person_id,
                    "approved_at": now,
                    "certification_id": certified.id,
                }
                for each in entries
            ],
        )
        _move(entries, certified)
        _count(work_of(_approved_in(certified)), actor.organisation_id)
    audit.record(
        actor,
        "hours.certified",
        certified.id,
        after={
            "matter": certified.matter_id,
            "entries": certified.entries,
            "units_tenths": certified.units_tenths,
            "from": certified.starts_on.isoformat() if certified.starts_on else None,
            "to": certified.ends_on.isoformat() if certified.ends_on else None,
        },
    )


def _approved_in(certified: Certification) -> ScalarSelect[str]:
    approvals = select(TimeEntryApproval.entry_id).where(TimeEntryApproval.certification_id == certified.id)
    return approvals.scalar_subquery()


def _move(entries: Sequence[_Entry], certified: Certification) -> None:
    """One statement for all; the entries that this session holds are read again when they are asked for."""
    step = update(TimeEntry).where(TimeEntry.id.in_(_approved_in(certified))).values(state=APPROVED)
    db.session.execute(step.execution_options(synchronize_session=False))
    moved = {each.id for each in entries}
    for held in list(db.session.identity_map.values()):
        if isinstance(held, TimeEntry) and held.id in moved:
            db.session.expire(held, ["state"])


def _count(work: Sequence[Done], organisation_id: str) -> None:
    """Value what has a rate, and move the public totals month by month."""
    values = value_all(work, organisation_id)
    sums: dict[tuple[str, date, str], list[int]] = {}
    for each in work:
        value = values.get(each.id)
        currency = value.currency if value else matrix(each.matrix).currency
        total = sums.setdefault((each.campaign_id, each.worked_on.replace(day=1), currency), [0, 0, 0])
        total[0] += each.tenths
        total[1] += each.tenths if value else 0
        total[2] += value.minor if value else 0
    for (campaign_id, month, currency), (hours, valued, minor) in sorted(sums.items()):
        keep_month(campaign_id, month, hours=hours, valued=valued, value=Money(minor, currency))


def _count_open(within: ColumnElement[bool]) -> int:
    still = select(func.count()).where(within, TimeEntry.state.in_((DRAFT, SUBMITTED, RETURNED)))
    return db.session.scalar(still) or 0


def _lock(certified: Certification) -> PeriodLock:
    lock = PeriodLock(
        matter_id=certified.matter_id,
        organisation_id=certified.organisation_id,
        starts_on=certified.starts_on,
        ends_on=certified.ends_on,
        certification_id=certified.id,
    )
    db.session.add(lock)
    db.session.flush()
    return lock
