"""A pledge of hours: a lawyer promises so many to a drive, proves the address by a mail, and staff decides.

The public sees the sum of accepted pledges alone, apart from hours that were worked and certified.
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, NotFound
from staff.access import Actor

UNCONFIRMED, CONFIRMED, ACCEPTED, DECLINED = "unconfirmed", "confirmed", "accepted", "declined"
STATES = {
    UNCONFIRMED: lazy_gettext("Address not confirmed"),
    CONFIRMED: lazy_gettext("Waiting for your decision"),
    ACCEPTED: lazy_gettext("Accepted"),
    DECLINED: lazy_gettext("Declined"),
}
TRANSITIONS = frozenset({(UNCONFIRMED, CONFIRMED), (CONFIRMED, ACCEPTED), (CONFIRMED, DECLINED)})
MOST_HOURS = 2000


class HoursPledge(Model):
    __tablename__ = "hours_pledge"
    __table_args__ = (
        CheckConstraint("hours BETWEEN 1 AND 2000", name="hours"),
        CheckConstraint("state IN ('unconfirmed','confirmed','accepted','declined')", name="state"),
        CheckConstraint("(state = 'accepted') = (timekeeper_id IS NOT NULL)", name="accepted"),
        CheckConstraint("bar_year IS NULL OR bar_year BETWEEN 1940 AND 2100", name="bar_year"),
        Index("ix_hours_pledge_drive", "drive_id", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("hpl"))
    drive_id: Mapped[str] = mapped_column(ForeignKey("drive.id"))
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    #: Where the lawyer works, and the bar that admitted them, in their own words.
    firm: Mapped[str] = mapped_column(Text, default="")
    bar: Mapped[str] = mapped_column(Text, default="")
    classification: Mapped[str] = mapped_column(Text)
    bar_year: Mapped[int | None] = mapped_column()
    hours: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(Text, default=UNCONFIRMED)
    pledged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    #: Who the lawyer became when the pledge was accepted; their entries are written under this name.
    timekeeper_id: Mapped[str | None] = mapped_column(ForeignKey("timekeeper.id"))

    drive: Mapped[Drive] = relationship(lazy="raise")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        self.refuse_step(state)
        self.state = state

    def refuse_step(self, state: str) -> None:
        """Raises Conflict `illegal_transition` unless the step is one of `TRANSITIONS`."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This pledge is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)


def pledges_of(actor: Actor) -> Select[HoursPledge]:
    """The pledges to drives of the actor's organisation."""
    own = select(Drive.id).where(Drive.organisation_id == actor.organisation_id)
    return select(HoursPledge).where(HoursPledge.drive_id.in_(own))


def lock_pledge(actor: Actor, pledge_id: str) -> HoursPledge:
    """The pledge as it is now, locked. Raises NotFound for a foreign one."""
    query = pledges_of(actor).where(HoursPledge.id == pledge_id)
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def pledged_hours(drive_id: str) -> int:
    """The hours of accepted pledges to a drive."""
    query = select(func.coalesce(func.sum(HoursPledge.hours), 0))
    return int(
        db.session.scalar(query.where(HoursPledge.drive_id == drive_id, HoursPledge.state == ACCEPTED)) or 0
    )
