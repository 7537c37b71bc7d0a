"""Certifications: one act by which a person stands behind hours, and the periods that such acts have closed.

An entry is certified when it is approved; a certification says in which act, with how many others. A period
lock keeps a week or month of an organisation's work on a matter as it was certified: nothing is written into
it, changed or thrown away, except by a reversing pair.
"""

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, NotFound
from legal.matters.matter import Matter
from legal.matters.screen import unscreened
from staff.access import Actor


class Certification(Model):
    """So many entries certified at once. `starts_on` to `ends_on` where it was a whole period of a matter."""

    __tablename__ = "certification"
    __table_args__ = (
        CheckConstraint("entries >= 0", name="entries"),
        CheckConstraint("starts_on IS NULL OR starts_on <= ends_on", name="period"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("cert"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    matter_id: Mapped[str | None] = mapped_column(ForeignKey("matter.id"))
    starts_on: Mapped[date | None] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    entries: Mapped[int] = mapped_column()
    units_tenths: Mapped[int] = mapped_column()
    certified_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    certified_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PeriodLock(Model):
    """Days of an organisation's work on a matter that are closed, both ends included, until reopened."""

    __tablename__ = "period_lock"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period"),
        CheckConstraint("(reopened_at IS NULL) = (reopened_by_id IS NULL)", name="reopened"),
        Index("ix_period_lock_days", "matter_id", "organisation_id", "starts_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("lock"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date] = mapped_column()
    certification_id: Mapped[str] = mapped_column(ForeignKey("certification.id"))
    locked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


def locks_of(actor: Actor) -> Select[PeriodLock]:
    """The closed periods of the actor's organisation, the latest first, without those behind a screen."""
    mine = select(PeriodLock).where(
        PeriodLock.organisation_id == actor.organisation_id, PeriodLock.reopened_at.is_(None)
    )
    return unscreened(mine, PeriodLock.matter_id, actor).order_by(PeriodLock.starts_on.desc(), PeriodLock.id)


def list_locks(actor: Actor, matter_id: str, *, limit: int = 100) -> list[PeriodLock]:
    return list(db.session.scalars(locks_of(actor).where(PeriodLock.matter_id == matter_id).limit(limit)))


def lock_for_reopening(actor: Actor, period_lock_id: str) -> PeriodLock:
    """The row, locked. Raises NotFound for another organisation's and for one that is reopened."""
    query = locks_of(actor).where(PeriodLock.id == period_lock_id)
    lock = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if lock is None:
        raise NotFound
    return lock


def refuse_locked(organisation_id: str, matter_id: str, days: Iterable[date]) -> None:
    """Raises Conflict `period_locked` when one of the days lies in a closed period. Whoever closes one at this
    moment holds the matter's row, and is waited for."""
    db.session.execute(select(Matter.id).where(Matter.id == matter_id).with_for_update(read=True))
    for day in sorted(set(days)):
        closed = select(PeriodLock.id).where(
            PeriodLock.matter_id == matter_id,
            PeriodLock.organisation_id == organisation_id,
            PeriodLock.reopened_at.is_(None),
            PeriodLock.starts_on <= day,
            PeriodLock.ends_on >= day,
        )
        if db.session.scalar(closed.limit(1)):
            raise period_locked()


def period_locked() -> Conflict:
    """What every change of certified hours is answered with."""
    return Conflict(
        "period_locked",
        _("These hours are certified. Correct them by taking the entry back and writing it anew."),
    )
