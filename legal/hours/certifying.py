"""Certifying many hours in one act: the entries of a week or month of a matter, or those that somebody ticked.

Nobody certifies hours they wrote, worked or submitted. Approvals, values, public totals and the lock of the
period are one transaction and a handful of statements, whatever the number of entries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from core import clock
from core.db import UtcDateTime, db
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.money import Money
from legal.acting import answerable
from legal.hours.certification import Certification, PeriodLock
from legal.hours.closing import close_period, refuse_closed
from legal.hours.time_entry import (
    APPROVED,
    DRAFT,
    RETURNED,
    SUBMITTED,
    TimeEntry,
    TimeEntryApproval,
    refuse_step,
)
from legal.hours.valuing import Worth, value_certified, work_of
from legal.matters.matter import get_matter
from legal.matters.timekeeper import Timekeeper
from legal.reports.transparency import keep_month
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation


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
    refuse_closed(actor, matter, period.starts_on, ends_on)
    if not db.session.scalar(select(TimeEntry.id).where(within).limit(1)):
        raise Conflict("nothing_to_certify", _("There are no hours in this period."))
    certified = Certification(matter_id=matter.id, starts_on=period.starts_on, ends_on=ends_on)
    _certify(actor, person_id, and_(within, *approvable_by(person_id)), certified)
    left_open = _count_open(within)
    lock = None if left_open else close_period(certified)
    return Outcome(certified, left_open, lock)


def certify_entries(actor: Actor, entry_ids: Iterable[str]) -> Certification:
    """Approve these submitted entries and their partners: all of them, or none.

    Raises NotFound, Forbidden for one's own hours, Conflict `illegal_transition`.
    """
    actor.require("hours.approve")
    person_id, wanted = answerable(actor), set(entry_ids)
    chosen = and_(TimeEntry.organisation_id == actor.organisation_id, TimeEntry.id.in_(wanted))
    found = _look_at(chosen)
    if len(found) != len(wanted):
        raise NotFound
    for state, author_id, submitted_by_id, worker_id in found:
        if person_id in (author_id, submitted_by_id, worker_id):
            raise Forbidden(_("Nobody approves hours they wrote, worked or submitted. Ask a colleague."))
        refuse_step(state, APPROVED)
    certified = Certification()
    _certify(actor, person_id, chosen, certified)
    return certified


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


def _look_at(chosen: ColumnElement[bool]) -> Sequence[Row[str, str, str | None, str | None]]:
    query = (
        select(TimeEntry.state, TimeEntry.author_id, TimeEntry.submitted_by_id, Timekeeper.member_id)
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .where(chosen)
        .order_by(TimeEntry.id)
    )
    return db.session.execute(query.with_for_update(of=TimeEntry)).all()


def _certify(actor: Actor, person_id: str, chosen: ColumnElement[bool], certified: Certification) -> None:
    """Everything by statements over sets: no entry of a month of thousands passes through here by itself."""
    certified.organisation_id, certified.certified_by_id = actor.organisation_id, person_id
    certified.certified_at, certified.entries, certified.units_tenths = clock.now(), 0, 0
    db.session.add(certified)
    db.session.flush()
    _approve(chosen, certified)
    work = work_of(certified)
    if any(each.paired for each in work):
        _approve(_partners(certified), certified)
        work = work_of(certified)
    _move(certified)
    certified.entries = sum(each.entries for each in work)
    certified.units_tenths = sum(each.tenths * each.entries for each in work)
    _keep(value_certified(certified, work))
    db.session.flush()
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


def _approve(chosen: ColumnElement[bool], certified: Certification) -> None:
    # The rows are locked as they are read: who sends one back at this moment is waited for, and then it is left out.
    query = (
        select(
            TimeEntry.id,
            TimeEntry.author_id,
            Timekeeper.member_id,
            literal(certified.certified_by_id),
            literal(certified.certified_at, UtcDateTime()),
            literal(certified.id),
        )
        .join(Timekeeper, Timekeeper.id == TimeEntry.timekeeper_id)
        .where(chosen)
        .order_by(TimeEntry.id)
        .with_for_update(of=TimeEntry)
    )
    columns = ["entry_id", "author_id", "worker_id", "approved_by_id", "approved_at", "certification_id"]
    db.session.execute(insert(TimeEntryApproval).from_select(columns, query, include_defaults=False))


def _partners(certified: Certification) -> ColumnElement[bool]:
    """The other halves of the pairs among what is approved: a reversing entry and what stands in its place."""
    approved = _approved_in(certified)
    pair = func.coalesce(TimeEntry.reverses_id, TimeEntry.corrects_id)
    pairs = db.session.scalars(select(pair).where(TimeEntry.id.in_(approved), pair.is_not(None))).all()
    either = or_(TimeEntry.reverses_id.in_(pairs), TimeEntry.corrects_id.in_(pairs))
    return and_(either, TimeEntry.id.not_in(approved))


def _approved_in(certified: Certification) -> ScalarSelect[str]:
    approvals = select(TimeEntryApproval.entry_id).where(TimeEntryApproval.certification_id == certified.id)
    return approvals.scalar_subquery()


def _move(certified: Certification) -> None:
    """One statement for all; the entries that this session holds are read again when they are asked for."""
    step = update(TimeEntry).where(TimeEntry.id.in_(_approved_in(certified))).values(state=APPROVED)
    db.session.execute(step.execution_options(synchronize_session=False))
    for held in list(db.session.identity_map.values()):
        if isinstance(held, TimeEntry):
            db.session.expire(held, ["state"])


def _keep(worth: Iterable[Worth]) -> None:
    """Move the public totals month by month."""
    sums: dict[tuple[str, date, str], list[int]] = {}
    for each in worth:
        total = sums.setdefault((each.campaign_id, each.worked_on.replace(day=1), each.currency), [0, 0, 0])
        total[0] += each.tenths
        if each.value is not None:
            total[1] += each.tenths
            total[2] += each.value.minor
    for (campaign_id, month, currency), (hours, valued, minor) in sorted(sums.items()):
        keep_month(campaign_id, month, hours=hours, valued=valued, value=Money(minor, currency))


def _count_open(within: ColumnElement[bool]) -> int:
    still = select(func.count()).where(within, TimeEntry.state.in_((DRAFT, SUBMITTED, RETURNED)))
    return db.session.scalar(still) or 0
