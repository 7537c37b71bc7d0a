"""Gifts that were begun from another address of a merged donor: under which row, so that the payment page shows the
address that was typed and no other, and so that an undone merge finds what was given since."""

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, db
from donors.gifts.gift import Gift
from donors.people.donor import Donor


class GivenAs(Model):
    __tablename__ = "gift_given_as"

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    #: The row with the address that was typed.
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), index=True)


def note(gift_id: str, giver: Donor, email: str) -> None:
    """Keep which address was typed, where it is not the donor's own."""
    email = email.strip().lower()
    if email == giver.email:
        return
    typed = select(Donor.id).where(Donor.organisation_id == giver.organisation_id, Donor.email == email)
    db.session.add(GivenAs(gift_id=gift_id, donor_id=db.session.scalars(typed).one()))
    db.session.flush()


def address_of(gift_id: str) -> str | None:
    """The address that was typed, where it is not the donor's own."""
    query = select(Donor.email).join(GivenAs, GivenAs.donor_id == Donor.id).where(GivenAs.gift_id == gift_id)
    return db.session.scalar(query)
