"""A time entry: whole minutes worked on one day on one task, with the tenths they were rounded to.

The narrative belongs to the author's organisation alone. State changes through `TRANSITIONS` on a locked
row; submission, approval and return are rows or columns that say who and when.
"""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, NotFound
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from staff.access import Actor

DRAFT, SUBMITTED, APPROVED, RETURNED = "draft", "submitted", "approved", "returned"
STATES = {
    DRAFT: lazy_gettext("Draft"),
    SUBMITTED: lazy_gettext("Waiting for approval"),
    APPROVED: lazy_gettext("Approved"),
    RETURNED: lazy_gettext("Returned"),
}
TRANSITIONS = frozenset(
    {(DRAFT, SUBMITTED), (SUBMITTED, APPROVED), (SUBMITTED, RETURNED), (RETURNED, SUBMITTED)}
)
#: In these states the words and minutes may still change.
EDITABLE = frozenset({DRAFT, RETURNED})


class TimeEntry(Model):
    __tablename__ = "time_entry"
    __table_args__ = (
        UniqueConstraint("id", "author_id"),
        CheckConstraint("minutes_raw BETWEEN 1 AND 1440", name="minutes_raw"),
        CheckConstraint("units_tenths BETWEEN 0 AND 240", name="units_tenths"),
        CheckConstraint("rounding_policy IN ('up','nearest','down')", name="rounding_policy"),
        CheckConstraint("state IN ('draft','submitted','approved','returned')", name="state"),
        CheckConstraint("length(narrative) BETWEEN 1 AND 2000", name="narrative"),
        Index("ix_time_entry_day", "timekeeper_id", "worked_on"),
        Index("ix_time_entry_list", "organisation_id", "state", "worked_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("time"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    timekeeper_id: Mapped[str] = mapped_column(ForeignKey("timekeeper.id"))
    #: The timekeeper's organisation: the only one that reads the narrative.
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: The member who wrote it, who may be a colleague of the timekeeper.
    author_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    worked_on: Mapped[date] = mapped_column()
    minutes_raw: Mapped[int] = mapped_column()
    units_tenths: Mapped[int] = mapped_column()
    rounding_policy: Mapped[str] = mapped_column(Text)
    task_code: Mapped[str] = mapped_column(Text)
    activity_code: Mapped[str] = mapped_column(Text)
    narrative: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=DRAFT)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    submitted_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    matter: Mapped[Matter] = relationship(lazy="raise")
    timekeeper: Mapped[Timekeeper] = relationship(lazy="raise")

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This entry is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state


class TimeEntryApproval(Model):
    """Somebody other than the author stands behind the entry. The database holds that too: the author
    is copied by a two-column key and compared."""

    __tablename__ = "time_entry_approval"
    __table_args__ = (
        ForeignKeyConstraint(["entry_id", "author_id"], ["time_entry.id", "time_entry.author_id"]),
        CheckConstraint("approved_by_id <> author_id", name="not_the_author"),
    )

    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    author_id: Mapped[str] = mapped_column(Id)
    approved_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class TimeEntryReturn(Model):
    """An entry sent back to its author with a reason; an entry may be returned more than once."""

    __tablename__ = "time_entry_return"
    __table_args__ = (CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("tret"))
    entry_id: Mapped[str] = mapped_column(ForeignKey("time_entry.id"), index=True)
    returned_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    returned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    reason: Mapped[str] = mapped_column(Text)


def entries_of(actor: Actor) -> Select[TimeEntry]:
    """The entries of the actor's own organisation. Another organisation's narratives do not exist here."""
    return select(TimeEntry).where(TimeEntry.organisation_id == actor.organisation_id)


def get_entry(actor: Actor, entry_id: str) -> TimeEntry:
    """Raises NotFound unless the entry belongs to the actor's organisation."""
    entry = db.session.scalar(entries_of(actor).where(TimeEntry.id == entry_id))
    if entry is None:
        raise NotFound
    return entry


def list_returns(entry: TimeEntry) -> list[TimeEntryReturn]:
    """Why an entry came back, newest first."""
    query = select(TimeEntryReturn).where(TimeEntryReturn.entry_id == entry.id)
    return list(db.session.scalars(query.order_by(TimeEntryReturn.returned_at.desc()).limit(20)))


def lock_entry(actor: Actor, entry_id: str) -> TimeEntry:
    """The entry as it is now, locked until the transaction ends. Raises NotFound as `get_entry` does."""
    query = entries_of(actor).where(TimeEntry.id == entry_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    entry = db.session.scalar(locked)
    if entry is None:
        raise NotFound
    return entry
