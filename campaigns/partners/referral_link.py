"""A partner's link: who brings donors by it, and whether public pages tell how much came in by it."""

from sqlalchemy import select

from campaigns import reading
from campaigns.partner import Partner
from core import ids
from core.db import db
from core.errors import Forbidden, NotFound
from core.web import page_epoch
from staff import audit
from staff.access import Actor


def find_by_code(code: str) -> Partner | None:
    """Whose link it is, whether or not they still take part."""
    return db.session.scalar(select(Partner).where(Partner.code == code)) if ids.is_code(code) else None


def find_referrer(code: str, campaign_id: str) -> Partner | None:
    """The partner who takes part in this campaign and has this code."""
    found = find_by_code(code)
    return found if found is not None and found.takes_part and found.campaign_id == campaign_id else None


def tell_referrals(actor: Actor, campaign_id: str, partner_id: str, *, is_told: bool) -> Partner:
    """Agree, for the lead or for the partner itself, that public pages tell what came in by its link; or not.

    Raises NotFound, Forbidden for a third organisation.
    """
    actor.require("campaigns.edit")
    campaign = reading.get_campaign(actor, campaign_id)
    partner = reading.get_partner(campaign.id, partner_id, lock=True)
    if partner.part == "lead":
        raise NotFound
    if actor.organisation_id == campaign.organisation_id:
        before, partner.is_told_by_lead = partner.is_told_by_lead, is_told
    elif actor.organisation_id == partner.organisation_id:
        before, partner.is_told_by_partner = partner.is_told_by_partner, is_told
    else:
        raise Forbidden
    if before != is_told:
        page_epoch.advance()
        about = {"organisation": partner.organisation_id}
        audit.record(
            actor,
            "partner.telling_changed",
            campaign.id,
            before={**about, "is_told": before},
            after={**about, "is_told": is_told},
        )
    db.session.flush()
    return partner
