"""Who is written to: donors of a campaign whose newest word on news by e-mail is yes."""

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from campaigns.drives.drive import Drive
from core.db import db
from donors.gifts.gift import RECEIVED, Gift
from donors.mailings.mailing import MONTHLY, OF_DRIVE
from donors.people.consent import UPDATES_BY_EMAIL, Consent
from donors.people.donor import Donor
from donors.recurring.recurring_gift import RUNNING, RecurringGift


def audience_of(
    organisation_id: str, campaign_id: str, audience: str, drive_id: str | None = None
) -> Select[Donor]:
    """The donors of an audience who agreed to news of the organisation, in no order."""
    drives = select(Drive.id).where(Drive.campaign_id == campaign_id)
    if audience == OF_DRIVE:
        drives = drives.where(Drive.id == drive_id)
    if audience == MONTHLY:
        gave = select(RecurringGift.donor_id).where(
            RecurringGift.drive_id.in_(drives), RecurringGift.state.in_(RUNNING)
        )
    else:
        gave = select(Gift.donor_id).where(Gift.drive_id.in_(drives), Gift.state.in_(RECEIVED))
    agreed = select(Consent.donor_id).where(holding(organisation_id))
    return select(Donor).where(
        Donor.organisation_id == organisation_id,
        Donor.email.is_not(None),
        Donor.erased_at.is_(None),
        Donor.id.in_(gave),
        Donor.id.in_(agreed),
    )


def count_audience(query: Select[Donor]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def holding(organisation_id: str) -> ColumnElement[bool]:
    """A consent to news of the organisation that was given and of which nothing newer speaks."""
    newer = aliased(Consent)
    superseded = select(newer.id).where(
        newer.donor_id == Consent.donor_id,
        newer.organisation_id == Consent.organisation_id,
        newer.purpose == Consent.purpose,
        or_(newer.at > Consent.at, and_(newer.at == Consent.at, newer.id > Consent.id)),
    )
    return and_(
        Consent.organisation_id == organisation_id,
        Consent.purpose == UPDATES_BY_EMAIL,
        Consent.is_given.is_(True),
        ~superseded.exists(),
    )
