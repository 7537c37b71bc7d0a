"""Who looked into the address book: which member saw the list of donors, or one donor's page or data, on which day.

A row says it once a day, so that looking stays quick. No typed word is kept.
"""

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, Select, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, insert_once
from staff.access import Actor

LIST, DONOR, EXPORT, SHARED = "list", "donor", "export", "shared"


class AddressReading(Model):
    __tablename__ = "address_reading"
    __table_args__ = (
        UniqueConstraint("organisation_id", "actor", "what", "subject", "on_day"),
        Index("ix_address_reading_day", "on_day"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("read"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: As the audit trail names them: `member:…`, `token:…`.
    actor: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    #: The donor, or the campaign in which others shared theirs; empty for the list.
    subject: Mapped[str] = mapped_column(Text, default="")
    on_day: Mapped[date] = mapped_column(Date)


def note(actor: Actor, what: str, subject: str = "") -> None:
    """Write down that the actor saw it today."""
    insert_once(
        AddressReading,
        id=ids.new_id("read"),
        organisation_id=actor.organisation_id,
        actor=actor.label,
        what=what,
        subject=subject,
        on_day=clock.today(),
    )


def readings_of(actor: Actor) -> Select[AddressReading]:
    """The organisation's, newest first. Raises NotFound without audit.view."""
    actor.require("audit.view")
    query = select(AddressReading).where(AddressReading.organisation_id == actor.organisation_id)
    return query.order_by(AddressReading.on_day.desc(), AddressReading.id)
