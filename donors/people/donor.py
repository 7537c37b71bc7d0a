"""A donor: one person as one organisation knows them, by e-mail address where one is known."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, insert_once
from staff.organisation import Organisation

#: The one donor of an organisation behind all gifts of which nobody knows who gave them. However many people they
#: were, they count as one.
ANONYMOUS = "anonymous"


class Donor(Model):
    __tablename__ = "donor"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        Index("uq_donor_organisation_id_outside_key", "organisation_id", "outside_key", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("donor"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    #: Lower case, so that one person is one donor. Who gave by check or in cash may have told none.
    email: Mapped[str | None] = mapped_column(Text)
    #: By which a donor without an address is found again: `anonymous`, or another program's own id.
    outside_key: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    #: Language in which mails to them are written.
    language: Mapped[str] = mapped_column(Text, default="en")
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Since then nothing here says who it was (donors/privacy/).
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def called(self) -> str:
        """What a list shows of them: the name, else the address, else nothing."""
        return self.name or self.email or ""


def meet(*, organisation_id: str, email: str, name: str, language: str) -> Donor:
    """The donor with this address, made when a first gift is begun. Who only types an address changes
    nothing about its donor: a name is taken over when a gift is paid (settling).

    The row stays locked until the transaction ends: one donor's forms are taken one after the other.
    """
    email = email.strip().lower()
    about = {"name": name, "language": language, "email": email, "outside_key": None}
    insert_once(
        Donor, id=ids.new_id("donor"), organisation_id=organisation_id, first_seen_at=clock.now(), **about
    )
    return _locked(organisation_id, Donor.email == email)


def meet_outside(*, organisation_id: str, key: str, name: str, language: str) -> Donor:
    """The donor without an address who is known by this key, made when it is first used; locked like `meet`'s."""
    about = {"name": name, "language": language, "email": None, "outside_key": key}
    insert_once(
        Donor, id=ids.new_id("donor"), organisation_id=organisation_id, first_seen_at=clock.now(), **about
    )
    return _locked(organisation_id, Donor.outside_key == key)


def _locked(organisation_id: str, which: ColumnElement[bool]) -> Donor:
    return db.session.scalars(
        select(Donor)
        .where(Donor.organisation_id == organisation_id, which)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
