"""The consent ledger: what a donor agreed to, in which words, where and when. Rows are added, never edited;
the newest row of a purpose is what holds."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from donors.people.donor import Donor
from staff.organisation import Organisation

UPDATES_BY_EMAIL = "updates_by_email"


class Consent(Model):
    __tablename__ = "consent"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("cons"))
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), index=True)
    #: To whom the consent was given: a partner may ask for its own.
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    purpose: Mapped[str] = mapped_column(Text)
    is_given: Mapped[bool] = mapped_column(Boolean)
    #: The words the donor saw next to the box.
    wording: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def give(donor: Donor, *, organisation_id: str, wording: str, source: str) -> None:
    """Note that the donor ticked the box for updates by e-mail from this organisation."""
    db.session.add(
        Consent(
            donor_id=donor.id,
            organisation_id=organisation_id,
            purpose=UPDATES_BY_EMAIL,
            is_given=True,
            wording=wording,
            source=source,
        )
    )
