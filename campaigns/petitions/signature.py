"""A signature under a drive's petition: one person's, proved by a mail, shown by name only where they want that."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import reading
from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, NotFound
from staff.access import Actor

UNCONFIRMED, CONFIRMED, TAKEN_BACK = "unconfirmed", "confirmed", "taken_back"
STATES = {
    UNCONFIRMED: lazy_gettext("Address not confirmed"),
    CONFIRMED: lazy_gettext("Confirmed"),
    TAKEN_BACK: lazy_gettext("Taken back"),
}
TRANSITIONS = frozenset({(UNCONFIRMED, CONFIRMED), (UNCONFIRMED, TAKEN_BACK), (CONFIRMED, TAKEN_BACK)})
LONGEST_NAME, LONGEST_TOWN, LONGEST_EMAIL = 120, 80, 254


class Signature(Model):
    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("state IN ('unconfirmed','confirmed','taken_back')", name="state"),
        Index("ix_signature_drive", "drive_id", "state", "confirmed_at"),
        # One address signs once; who took a signature back may sign again.
        Index(
            "uq_signature_confirmed",
            *("drive_id", "email"),
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("sign"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    name: Mapped[str] = mapped_column(Text)
    #: Lower case. Emptied when the signature is taken back.
    email: Mapped[str] = mapped_column(Text)
    town: Mapped[str] = mapped_column(Text, default="")
    #: Whether name and town may stand on the public list.
    is_public: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(Text, default=UNCONFIRMED)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Taken off the public list by staff; it counts all the same.
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This signature is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state


def count_signatures(drive_id: str) -> int:
    """Confirmed ones: what the goal counts."""
    query = select(func.count()).where(Signature.drive_id == drive_id, Signature.state == CONFIRMED)
    return db.session.scalar(query) or 0


def public_signatures(drive_id: str) -> Select[Signature]:
    """Those that may stand on the list, the latest first."""
    shown = (Signature.state == CONFIRMED, Signature.is_public.is_(True), Signature.hidden_at.is_(None))
    query = select(Signature).where(Signature.drive_id == drive_id, *shown)
    return query.order_by(Signature.confirmed_at.desc(), Signature.id)


def signatures_of(actor: Actor) -> Select[Signature]:
    """The signatures under petitions of the actor's own organisation."""
    own = reading.drives_of(actor).where(Drive.organisation_id == actor.organisation_id)
    return select(Signature).where(Signature.drive_id.in_(own.with_only_columns(Drive.id).order_by(None)))


def signatures_under(actor: Actor, drive_id: str) -> tuple[Drive, Select[Signature]]:
    """A drive and its signatures that were not taken back. Raises NotFound for a drive of another organisation, a
    partner's too: addresses are its own."""
    drive = reading.get_drive(actor, drive_id)
    if drive.organisation_id != actor.organisation_id:
        raise NotFound
    return drive, signatures_of(actor).where(Signature.drive_id == drive.id, Signature.state != TAKEN_BACK)


def lock_signature(actor: Actor, signature_id: str) -> Signature:
    """The row, locked. Raises NotFound for another organisation's."""
    query = signatures_of(actor).where(Signature.id == signature_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found
