"""A mailing: one public update, sent to an audience of donors who agreed to news, now or at a time."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from campaigns.updates.update import Update
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, NotFound
from donors.people.donor import Donor
from staff.access import Actor

SCHEDULED, SENDING, SENT, CANCELLED = "scheduled", "sending", "sent", "cancelled"
STATES = {
    SCHEDULED: lazy_gettext("Scheduled"),
    SENDING: lazy_gettext("Sending"),
    SENT: lazy_gettext("Sent"),
    CANCELLED: lazy_gettext("Stopped"),
}
TRANSITIONS = frozenset({(SCHEDULED, SENDING), (SENDING, SENT), (SCHEDULED, CANCELLED), (SENDING, CANCELLED)})

#: Why it was stopped.
BECAUSE = {
    "asked": lazy_gettext("somebody stopped it"),
    "not_public": lazy_gettext("the update is not public any more"),
    "lead_moved": lazy_gettext("the lead of the campaign moved before it was due"),
    "left": lazy_gettext("the organisation takes no part in the campaign any more"),
}

EVERYBODY, MONTHLY, OF_DRIVE = "everybody", "monthly", "drive"
AUDIENCES = {
    EVERYBODY: lazy_gettext("Whoever gave to this campaign"),
    MONTHLY: lazy_gettext("Whoever gives to it regularly"),
    OF_DRIVE: lazy_gettext("Whoever gave to one drive"),
}


class Mailing(Model):
    __tablename__ = "mailing"
    __table_args__ = (
        CheckConstraint("state IN ('scheduled','sending','sent','cancelled')", name="state"),
        CheckConstraint("audience IN ('everybody','monthly','drive')", name="audience"),
        CheckConstraint("(audience = 'drive') = (drive_id IS NOT NULL)", name="drive"),
        Index("ix_mailing_due", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("mailing"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    update_id: Mapped[str] = mapped_column(ForeignKey(Update.id), index=True)
    audience: Mapped[str] = mapped_column(Text)
    drive_id: Mapped[str | None] = mapped_column(ForeignKey(Drive.id))
    state: Mapped[str] = mapped_column(Text, default=SCHEDULED)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The member who planned it; None for software.
    planned_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Why it was stopped: a key of `BECAUSE`, or empty.
    ended_because: Mapped[str] = mapped_column(Text, default="")

    drive: Mapped[Drive | None] = relationship(lazy="joined")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This mailing is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state
        if state in (SENT, CANCELLED):
            self.ended_at = clock.now()


class MailingRecipient(Model):
    """A donor to whom a mailing wrote, or who had this update from another one already."""

    __tablename__ = "mailing_recipient"

    mailing_id: Mapped[str] = mapped_column(ForeignKey(Mailing.id), primary_key=True)
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), primary_key=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def mailings_of(actor: Actor) -> Select[Mailing]:
    """The mailings of the actor's organisation."""
    return select(Mailing).where(Mailing.organisation_id == actor.organisation_id)


def lock_mailing(actor: Actor, mailing_id: str) -> Mailing:
    """The row, locked. Raises NotFound for another organisation's."""
    query = mailings_of(actor).where(Mailing.id == mailing_id)
    found = db.session.scalar(query.with_for_update(of=Mailing).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found
