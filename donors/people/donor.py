"""A donor: one person as one organisation knows them, by e-mail address."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, insert_once
from staff.organisation import Organisation


class Donor(Model):
    __tablename__ = "donor"
    __table_args__ = (UniqueConstraint("organisation_id", "email"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("donor"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    #: Lower case, so that one person is one donor.
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    #: Language in which mails to them are written.
    language: Mapped[str] = mapped_column(Text, default="en")
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Since then nothing here says who it was (donors/privacy/).
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def meet(*, organisation_id: str, email: str, name: str, language: str) -> Donor:
    """The donor with this address, made when a first gift is begun. Who only types an address changes
    nothing about its donor: a name is taken over when a gift is paid (settling).

    The row stays locked until the transaction ends: one donor's forms are taken one after the other.
    """
    email = email.strip().lower()
    insert_once(
        Donor,
        id=ids.new_id("donor"),
        organisation_id=organisation_id,
        email=email,
        name=name,
        language=language,
        first_seen_at=clock.now(),
    )
    return db.session.scalars(
        select(Donor)
        .where(Donor.organisation_id == organisation_id, Donor.email == email)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
