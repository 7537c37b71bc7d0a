"""A donor: one person as one organisation knows them, by e-mail address where one is known."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, validates

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, insert_once
from donors.people import sameness
from staff.organisation import Organisation

#: The one donor of an organisation behind all gifts of which nobody knows who gave them. However many people they
#: were, they count as one.
ANONYMOUS = "anonymous"


def _from(name: str, key_of: Callable[[str], str]) -> Callable[[Any], str]:
    """A column's value at its row's insertion, made of another column of the row."""
    return lambda context: key_of(context.get_current_parameters().get(name) or "")


class Donor(Model):
    __tablename__ = "donor"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        Index("ix_donor_address_key", "organisation_id", "address_key"),
        Index("ix_donor_name_key", "organisation_id", "name_key"),
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
    #: The donor who is the same person: this row is another address of theirs, and nothing is theirs but that.
    #: Never a donor who is merged into somebody in turn.
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("donor.id"), index=True)
    #: What makes a duplicate show (sameness.py).
    address_key: Mapped[str] = mapped_column(Text, default=_from("email", sameness.address_key))
    name_key: Mapped[str] = mapped_column(Text, default=_from("name", sameness.name_key))

    @validates("email", "name")
    def _keep_keys(self, column: str, value: str | None) -> str | None:
        if column == "email":
            self.address_key = sameness.address_key(value or "")
        else:
            self.name_key = sameness.name_key(value or "")
        return value

    @property
    def called(self) -> str:
        """What a list shows of them: the name, else the address, else nothing."""
        return self.name or self.email or ""


def person_id() -> ColumnElement[str]:
    """In a query of donors: the donor who a row stands for, itself or the one it was merged into."""
    return func.coalesce(Donor.merged_into_id, Donor.id)


def standing(donor_id: str) -> str:
    """The donor who an id stands for now, itself where it was merged into nobody."""
    return db.session.scalar(select(person_id()).where(Donor.id == donor_id)) or donor_id


def persons_at(email: str) -> list[Donor]:
    """Whoever is reached at an address, as each organisation knows them, also by an address merged into theirs."""
    ids_there = select(person_id()).where(Donor.email == email)
    return list(
        db.session.scalars(
            select(Donor).where(Donor.id.in_(ids_there)).order_by(Donor.first_seen_at, Donor.id)
        )
    )


def other_addresses(donor_id: str) -> list[Donor]:
    """The rows that were merged into a donor, the oldest first."""
    query = select(Donor).where(Donor.merged_into_id == donor_id)
    return list(db.session.scalars(query.order_by(Donor.first_seen_at, Donor.id)))


def meet(*, organisation_id: str, email: str, name: str, language: str) -> Donor:
    """The donor with this address, made when a first gift is begun; who was merged into another is that one. Who
    only types an address changes nothing about its donor: a name is taken over when a gift is paid (settling).

    The row stays locked until the transaction ends: one donor's forms are taken one after the other.
    """
    email = email.strip().lower()
    about = {"name": name, "language": language, "email": email, "outside_key": None}
    insert_once(
        Donor, id=ids.new_id("donor"), organisation_id=organisation_id, first_seen_at=clock.now(), **about
    )
    return _person(Donor.organisation_id == organisation_id, Donor.email == email)


def meet_outside(*, organisation_id: str, key: str, name: str, language: str) -> Donor:
    """The donor without an address who is known by this key, made when it is first used; locked like `meet`'s."""
    about = {"name": name, "language": language, "email": None, "outside_key": key}
    insert_once(
        Donor, id=ids.new_id("donor"), organisation_id=organisation_id, first_seen_at=clock.now(), **about
    )
    return _person(Donor.organisation_id == organisation_id, Donor.outside_key == key)


def _person(*which: ColumnElement[bool]) -> Donor:
    """The donor of a row, or the one it was merged into."""
    found = lock(*which)
    while found.merged_into_id is not None:
        found = lock(Donor.id == found.merged_into_id)
    return found


def lock(*which: ColumnElement[bool]) -> Donor:
    """One donor's row as it is now, locked until the transaction ends.

    Who locks several takes another address before the donor it belongs to.
    """
    query = select(Donor).where(*which).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
