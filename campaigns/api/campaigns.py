"""Campaigns: reading, opening, editing, publications, withdrawals."""

from typing import Any

from campaigns import opening, reading
from campaigns.api.blueprint import bp
from campaigns.campaign import Campaign
from campaigns.clearance import withdrawing
from campaigns.opening import CampaignTerms
from campaigns.schemas.answers import CampaignOut
from campaigns.schemas.campaign import CampaignEditSchema, CampaignSchema, ReasonSchema
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/campaigns")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(CampaignOut, "Campaigns"))
def list_campaigns(query: dict[str, Any]) -> Page:
    """The campaigns that the organisation takes part in, newest first."""
    return page(reading.campaigns_of(current_actor()), (Campaign.created_at, Campaign.id), **query)


@bp.post("/campaigns")
@token_required("campaigns.edit")
@bp.arguments(CampaignSchema)
@bp.response(201, CampaignOut)
def open_campaign(body: dict[str, Any]) -> Campaign:
    """Open a campaign that the organisation leads. Nothing of it is public yet."""
    with transaction():
        return opening.open_campaign(current_actor(), CampaignTerms(**body))


@bp.get("/campaigns/<campaign_id>")
@token_required("campaigns.view")
@bp.response(200, CampaignOut)
def get_campaign(campaign_id: str) -> Campaign:
    """One campaign."""
    return reading.get_campaign(current_actor(), campaign_id)


@bp.patch("/campaigns/<campaign_id>")
@token_required("campaigns.edit")
@bp.arguments(CampaignEditSchema(partial=True))
@bp.response(200, CampaignOut)
def edit_campaign(body: dict[str, Any], campaign_id: str) -> Campaign:
    """Change words, client or address. 409 `edited_meanwhile`, `rules_frozen`, `look_again`."""
    version, looked_at = body.pop("version", None), body.pop("looked_at", False)
    with transaction():
        return opening.edit_campaign(current_actor(), campaign_id, body, version=version, looked_at=looked_at)


@bp.post("/campaigns/<campaign_id>/publications")
@token_required("campaigns.edit")
@bp.response(201, CampaignOut)
def publish_campaign(campaign_id: str) -> Campaign:
    """Make the campaign public. 409 `published`, `not_approved`, `consent_ended`; 422 names what is missing."""
    with transaction():
        return opening.publish_campaign(current_actor(), campaign_id)


@bp.post("/campaigns/<campaign_id>/withdrawals")
@token_required("campaigns.edit")
@bp.arguments(ReasonSchema)
@bp.response(201, CampaignOut)
def withdraw_campaign(body: dict[str, Any], campaign_id: str) -> Any:
    """Take the campaign's pages out of public sight at once. 409 `not_public`."""
    with transaction():
        return withdrawing.withdraw(current_actor(), "campaign", campaign_id, **body)
