"""A screen: a person who may not know of a matter, whatever their role, from one day to another.

It holds for the person in every organisation they belong to, and for the tokens they make. What it covers does not
exist for them: no page, list, search, export, choice or audit entry. Their attempts to read are recorded.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import NotFound
from legal.acting import find_answerable
from staff.access import Actor
from staff.member import Member


class MatterScreen(Model):
    """From `from_on` until the day before `until_on`; without that day, for good."""

    __tablename__ = "matter_screen"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR from_on <= until_on", name="days"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
        Index("ix_matter_screen_person", "account_id", "matter_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("screen"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: As whom the person was screened; the screen itself follows the account.
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    raised_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    member: Mapped[Member] = relationship(lazy="joined", foreign_keys=[member_id])


class Screened(NotFound):
    """It is there, and this person may not know. The answer is that of NotFound; the edge records the attempt."""

    def __init__(self, matter_id: str) -> None:
        super().__init__()
        self.matter_id = matter_id


def unscreened(query: Select[Any], matter_id: InstrumentedAttribute[str], actor: Actor) -> Select[Any]:
    """The query without what belongs to matters from which whoever answers for the actor is screened."""
    person_id = find_answerable(actor)
    return query if person_id is None else query.where(matter_id.not_in(screened(person_id)))


def screened(person_id: str) -> Select[str]:
    """The ids of the matters from which this member is screened today, in any of their organisations."""
    me, today = aliased(Member), clock.today()
    return (
        select(MatterScreen.matter_id)
        .join(me, me.account_id == MatterScreen.account_id)
        .where(
            me.id == person_id,
            MatterScreen.from_on <= today,
            or_(MatterScreen.until_on.is_(None), MatterScreen.until_on > today),
        )
    )


def denied(actor: Actor, matter_id: str | Select[str] | None) -> NotFound:
    """What to raise where something was not found: `Screened` when a screen is why. `matter_id` may be a query
    for the matter that the thing belongs to, within the actor's organisation."""
    person_id = find_answerable(actor)
    found = db.session.scalar(matter_id) if isinstance(matter_id, Select) else matter_id
    if person_id is None or found is None:
        return NotFound()
    behind = screened(person_id).where(MatterScreen.matter_id == found)
    return Screened(found) if db.session.scalar(behind.limit(1)) else NotFound()


def list_screens(matter_id: str) -> list[MatterScreen]:
    """The screens around a matter, those that have ended included, the latest first."""
    query = select(MatterScreen).where(MatterScreen.matter_id == matter_id)
    return list(db.session.scalars(query.order_by(MatterScreen.raised_at.desc()).limit(200)))
