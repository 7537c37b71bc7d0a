"""A time entry: whole minutes worked on one day on one task, with the tenths they were rounded to.

The narrative belongs to the author's organisation alone. State changes through `TRANSITIONS` on a locked
row; submission, approval and return are rows or columns that say who and when. An approved entry is a
certified one: it never changes again. What was wrong in it is taken back by a reversing entry of negative
minutes and told anew by a second one; the pair travels together (`correcting`).
"""

from collections.abc import Iterable
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
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict
from legal.matters.matter import Matter
from legal.matters.screen import denied, unscreened
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
        CheckConstraint(
            "CASE WHEN reverses_id IS NULL THEN minutes_raw BETWEEN 1 AND 1440 "
            "ELSE minutes_raw BETWEEN -1440 AND -1 END",
            name="minutes_raw",
        ),
        CheckConstraint(
            "CASE WHEN reverses_id IS NULL THEN units_tenths BETWEEN 0 AND 240 "
            "ELSE units_tenths BETWEEN -240 AND 0 END",
            name="units_tenths",
        ),
        CheckConstraint("starts_minute IS NULL OR starts_minute BETWEEN 0 AND 1439", name="starts_minute"),
        CheckConstraint("rounding_policy IN ('up','nearest','down')", name="rounding_policy"),
        CheckConstraint("state IN ('draft','submitted','approved','returned')", name="state"),
        CheckConstraint("length(narrative) BETWEEN 1 AND 2000", name="narrative"),
        Index("ix_time_entry_day", "timekeeper_id", "worked_on"),
        Index("ix_time_entry_list", "organisation_id", "state", "worked_on"),
        Index("ix_time_entry_latest", "organisation_id", "worked_on", "id"),
        Index("ix_time_entry_period", "matter_id", "organisation_id", "worked_on"),
        # One entry is taken back once, and told anew once.
        Index("uq_time_entry_reverses_id", "reverses_id", unique=True),
        Index("uq_time_entry_corrects_id", "corrects_id", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("time"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    timekeeper_id: Mapped[str] = mapped_column(ForeignKey("timekeeper.id"))
    #: The timekeeper's organisation: the only one that reads the narrative.
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: The member who wrote it, who may be a colleague of the timekeeper.
    author_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    worked_on: Mapped[date] = mapped_column()
    #: When it began, in minutes after midnight, where somebody says so: it shows what overlaps.
    starts_minute: Mapped[int | None] = mapped_column()
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
    #: The approved entry that this one takes back, minute for minute.
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("time_entry.id"))
    #: The approved entry in whose place this one stands.
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("time_entry.id"))

    matter: Mapped[Matter] = relationship(lazy="raise")
    timekeeper: Mapped[Timekeeper] = relationship(lazy="raise")

    @property
    def is_editable(self) -> bool:
        """Whether words and minutes may change; a reversing entry only mirrors what it takes back."""
        return self.state in EDITABLE and self.reverses_id is None

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        refuse_step(self.state, state)
        self.state = state


def refuse_step(present: str, wanted: str) -> None:
    """Raises Conflict `illegal_transition` unless `TRANSITIONS` has this step."""
    if (present, wanted) not in TRANSITIONS:
        message = _(
            "This entry is %(present)s and cannot become %(wanted)s.",
            present=str(STATES[present]).lower(),
            wanted=str(STATES[wanted]).lower(),
        )
        raise Conflict("illegal_transition", message)


class TimeEntryApproval(Model):
    """Somebody other than the author stands behind the entry. The database holds that too: the author
    is copied by a two-column key and compared."""

    __tablename__ = "time_entry_approval"
    __table_args__ = (
        ForeignKeyConstraint(["entry_id", "author_id"], ["time_entry.id", "time_entry.author_id"]),
        CheckConstraint("approved_by_id <> author_id", name="not_the_author"),
        CheckConstraint("worker_id IS NULL OR approved_by_id <> worker_id", name="not_the_worker"),
    )

    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    author_id: Mapped[str] = mapped_column(Id)
    #: The member whose hours they are; None for a volunteer who does not sign in.
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    #: The act of which this approval is a part.
    certification_id: Mapped[str | None] = mapped_column(ForeignKey("certification.id"), index=True)
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
    mine = select(TimeEntry).where(TimeEntry.organisation_id == actor.organisation_id)
    return unscreened(mine, TimeEntry.matter_id, actor)


def get_entry(actor: Actor, entry_id: str) -> TimeEntry:
    """Raises NotFound unless the entry belongs to the actor's organisation."""
    entry = db.session.scalar(entries_of(actor).where(TimeEntry.id == entry_id))
    if entry is None:
        raise denied(actor, _matter_of(actor, entry_id))
    return entry


def locked(query: Select[TimeEntry]) -> Select[TimeEntry]:
    """The same entries as they are now, locked until the transaction ends."""
    return query.with_for_update(of=TimeEntry).execution_options(populate_existing=True)


def partners_of(entries: Iterable[TimeEntry]) -> list[TimeEntry]:
    """The other halves of the pairs among `entries`, locked: what takes an entry back and what stands in
    its place move together."""
    wanted = {each.reverses_id or each.corrects_id: each for each in entries}
    wanted.pop(None, None)
    if not wanted:
        return []
    either = or_(TimeEntry.reverses_id.in_(wanted), TimeEntry.corrects_id.in_(wanted))
    present = {each.id for each in wanted.values()}
    found = db.session.scalars(locked(select(TimeEntry).where(either).order_by(TimeEntry.id)))
    return [each for each in found if each.id not in present]


def is_reversed(entry_id: str) -> bool:
    """Whether something takes this entry back already, approved or not."""
    return db.session.scalar(select(TimeEntry.id).where(TimeEntry.reverses_id == entry_id)) is not None


def standing(query: Select[TimeEntry]) -> Select[TimeEntry]:
    """Of these entries the approved ones that nobody has taken back: what an invoice lists. (A sum may add up
    all approved ones, since what takes back is negative.)"""
    back = aliased(TimeEntry)
    taken_back = select(back.id).where(back.reverses_id == TimeEntry.id, back.state == APPROVED)
    return query.where(TimeEntry.state == APPROVED, TimeEntry.reverses_id.is_(None), ~taken_back.exists())


def list_returns(entry: TimeEntry) -> list[TimeEntryReturn]:
    """Why an entry came back, newest first."""
    query = select(TimeEntryReturn).where(TimeEntryReturn.entry_id == entry.id)
    return list(db.session.scalars(query.order_by(TimeEntryReturn.returned_at.desc()).limit(20)))


def lock_entry(actor: Actor, entry_id: str) -> TimeEntry:
    """The entry as it is now, locked until the transaction ends. Raises NotFound as `get_entry` does."""
    entry = db.session.scalar(locked(entries_of(actor).where(TimeEntry.id == entry_id)))
    if entry is None:
        raise denied(actor, _matter_of(actor, entry_id))
    return entry


def _matter_of(actor: Actor, entry_id: str) -> Select[str]:
    return select(TimeEntry.matter_id).where(
        TimeEntry.id == entry_id, TimeEntry.organisation_id == actor.organisation_id
    )
