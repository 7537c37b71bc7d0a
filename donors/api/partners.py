"""Partners of a campaign for software: figures, which donors each may see, and the donors that others share."""

from dataclasses import replace
from typing import Any

from campaigns import reading
from campaigns.partner import Partner
from campaigns.partners.donor_sharing import DonorSharing, share_donors
from campaigns.partners.referral_link import tell_referrals
from campaigns.schemas.answers import PartnerOut
from campaigns.schemas.campaign import SharingSchema, TellingSchema
from core.db import transaction
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.partners.partner_figures import figures_of, seen_partners
from donors.partners.shared_donors import shared_donors, told_of
from donors.people.donor import Donor
from donors.privacy import address_reading
from donors.schemas.partners import PartnerFiguresOut, SharedDonorOut, SharingOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/campaigns/<campaign_id>/partner-figures")
@token_required("campaigns.view")
@bp.response(200, PartnerFiguresOut(many=True))
def list_partner_figures(campaign_id: str) -> list[dict[str, Any]]:
    """What each partner gave and brought, the lead first. A partner reads its own alone."""
    actor = current_actor()
    seen = seen_partners(actor, reading.get_campaign(actor, campaign_id))
    figures = figures_of(seen)
    return [
        {
            "partner_id": each.id,
            "organisation_id": each.organisation_id,
            "code": each.code,
            "hours": figures[each.id].hours_tenths / 10,
            "costs": figures[each.id].costs,
            "raised_by_referral": figures[each.id].raised,
            "gifts": figures[each.id].gifts,
            "new_monthly_donors": figures[each.id].new_monthly_donors,
            "signatures": figures[each.id].signatures,
        }
        for each in seen
    ]


@bp.put("/campaigns/<campaign_id>/partners/<partner_id>/sharing")
@token_required("campaigns.edit")
@bp.arguments(SharingSchema)
@bp.response(200, SharingOut)
def set_donor_sharing(body: dict[str, Any], campaign_id: str, partner_id: str) -> DonorSharing:
    """Decide which of the organisation's donors a partner may see from now on; needs `gifts.view` as well."""
    with transaction():
        return share_donors(current_actor(), campaign_id, partner_id, **body)


@bp.put("/campaigns/<campaign_id>/partners/<partner_id>/telling")
@token_required("campaigns.edit")
@bp.arguments(TellingSchema)
@bp.response(200, PartnerOut)
def set_referral_telling(body: dict[str, Any], campaign_id: str, partner_id: str) -> Partner:
    """Agree, as the lead or as the partner, that the campaign's page tells what came in by its link."""
    with transaction():
        return tell_referrals(current_actor(), campaign_id, partner_id, **body)


@bp.get("/campaigns/<campaign_id>/shared-donors")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(SharedDonorOut, "SharedDonors"))
def list_shared_donors(query: dict[str, Any], campaign_id: str) -> Page:
    """Donors of others who agreed to be told to the organisation, as far as the others share them."""
    actor = current_actor()
    chosen = shared_donors(actor, campaign_id)
    with transaction():
        address_reading.note(actor, address_reading.SHARED, campaign_id)
    by_arrival = (Donor.first_seen_at, Donor.id)
    piece = page(chosen, by_arrival, limit=query["limit"], cursor=query.get("cursor"))
    return replace(piece, items=told_of(actor, campaign_id, piece.items))
