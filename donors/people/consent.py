"""The consent ledger: what a donor agreed to, in which words, where and when. Rows are added, never edited;
the newest row of a purpose is what holds."""

from datetime import datetime, timedelta

from sqlalchemy import Boolean, ForeignKey, Text, select
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


def find_newest(donor_id: str, organisation_id: str) -> Consent | None:
    """The row that says what holds now, given or taken back."""
    query = select(Consent).where(
        Consent.donor_id == donor_id,
        Consent.organisation_id == organisation_id,
        Consent.purpose == UPDATES_BY_EMAIL,
    )
    return db.session.scalars(query.order_by(Consent.at.desc(), Consent.id.desc()).limit(1)).first()


def holds(donor_id: str, organisation_id: str) -> bool:
    """Whether this organisation may mail news to the donor."""
    newest = find_newest(donor_id, organisation_id)
    return newest is not None and newest.is_given


def take_back(donor_id: str, organisation_id: str, *, source: str) -> bool:
    """Add the row that ends a consent; says whether there was one to end."""
    newest = find_newest(donor_id, organisation_id)
    if newest is None or not newest.is_given:
        return False
    ended = Consent(
        donor_id=donor_id,
        organisation_id=organisation_id,
        purpose=UPDATES_BY_EMAIL,
        is_given=False,
        wording=newest.wording,
        source=source,
        at=max(clock.now(), newest.at + timedelta(microseconds=1)),
    )
    db.session.add(ended)
    db.session.flush()
    return True
