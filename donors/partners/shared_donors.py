"""The donors of others that a partner of a campaign may see: what its mode permits, and of those the ones who agreed.

A donor is seen while the organisation they gave to shares, while a gift of theirs in the campaign stands, and while
their agreement with the partner holds. Whoever gave anonymously is an address without a name: the partner may
write to them, as they agreed, and learns no more. Amounts are not shared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from campaigns import reading
from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.partners.donor_sharing import EVERYBODY, REFERRALS, DonorSharing
from core.db import db
from donors.gifts.gift import RECEIVED, Gift
from donors.mailings.audience import holding
from donors.partners.referral import referred_gifts
from donors.people.consent import Consent
from donors.people.donor import Donor
from staff.access import Actor


@dataclass(frozen=True)
class SharedDonor:
    id: str
    email: str
    #: Empty for who gave anonymously, or typed none.
    name: str
    language: str
    agreed_at: datetime
    #: What the donor read beside the box.
    wording: str


def shared_donors(actor: Actor, campaign_id: str) -> Select[Donor]:
    """In no order. Raises NotFound for a campaign in which the actor's organisation takes no part."""
    actor.require("gifts.view")
    campaign = reading.get_campaign(actor, campaign_id)
    me = actor.organisation_id
    mine = select(Partner.id).where(Partner.campaign_id == campaign.id, Partner.organisation_id == me)
    by_link = referred_gifts(*db.session.scalars(mine)).subquery()
    shares = and_(
        DonorSharing.giver_id == Donor.organisation_id,
        DonorSharing.campaign_id == campaign.id,
        DonorSharing.receiver_id == me,
    )
    gave = select(Gift.donor_id).where(_stands_in(campaign.id))
    permitted = or_(
        and_(DonorSharing.mode == EVERYBODY, Donor.id.in_(gave)),
        and_(
            DonorSharing.mode == REFERRALS, Donor.id.in_(gave.where(Gift.id.in_(select(by_link.c.gift_id))))
        ),
    )
    agreed = select(Consent.donor_id).where(holding(me))
    return (
        select(Donor)
        .join(DonorSharing, shares)
        .where(permitted, Donor.id.in_(agreed), Donor.erased_at.is_(None))
    )


def _stands_in(campaign_id: str) -> ColumnElement[bool]:
    drives = select(Drive.id).where(Drive.campaign_id == campaign_id)
    return and_(Gift.drive_id.in_(drives), Gift.state.in_(RECEIVED))


def told_of(actor: Actor, campaign_id: str, donors: Iterable[Donor]) -> list[SharedDonor]:
    """What the actor is told of donors found by `shared_donors`, in their order."""
    donors = list(donors)
    ids = [each.id for each in donors]
    nameless = select(Gift.donor_id).where(
        _stands_in(campaign_id), Gift.donor_id.in_(ids), Gift.public_name == ""
    )
    anonymous = set(db.session.scalars(nameless))
    consents = select(Consent).where(holding(actor.organisation_id), Consent.donor_id.in_(ids))
    agreed = {each.donor_id: each for each in db.session.scalars(consents)}
    return [
        SharedDonor(
            id=each.id,
            email=each.email or "",
            name="" if each.id in anonymous else each.name,
            language=each.language,
            agreed_at=agreed[each.id].at,
            wording=agreed[each.id].wording,
        )
        for each in donors
        if each.id in agreed
    ]
