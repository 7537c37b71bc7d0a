"""Closing a certified period, and opening it again."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Invalid
from legal.acting import answerable
from legal.hours.certification import Certification, PeriodLock, locks_of, period_locked
from legal.matters.matter import Matter
from staff import audit
from staff.access import Actor

LONGEST_REASON = 500


def refuse_closed(actor: Actor, matter: Matter, starts_on: date, ends_on: date) -> None:
    """Raises Conflict `period_locked` when all of these days are closed already."""
    # The matter's row is the lock: an entry that is being written waits, and then meets the closed period.
    db.session.execute(select(Matter.id).where(Matter.id == matter.id).with_for_update())
    covering = locks_of(actor).where(
        PeriodLock.matter_id == matter.id, PeriodLock.starts_on <= starts_on, PeriodLock.ends_on >= ends_on
    )
    if db.session.scalar(covering.limit(1)):
        raise period_locked()


def close_period(certified: Certification) -> PeriodLock:
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
