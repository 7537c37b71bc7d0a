"""Partners of a campaign and the invitations that the organisation has not answered."""

from typing import Any

from campaigns import partnering, reading
from campaigns.api.blueprint import bp
from campaigns.partner import Partner
from campaigns.schemas.answers import PartnerOut
from campaigns.schemas.campaign import PartnerSchema
from core.db import transaction
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/campaigns/<campaign_id>/partners")
@token_required("campaigns.view")
@bp.response(200, PartnerOut(many=True))
def list_partners(campaign_id: str) -> list[Partner]:
    """Present and invited partners, the lead first."""
    return reading.partners_of(reading.get_campaign(current_actor(), campaign_id).id)


@bp.post("/campaigns/<campaign_id>/partners")
@token_required("campaigns.edit")
@bp.arguments(PartnerSchema)
@bp.response(201, PartnerOut)
def invite_partner(body: dict[str, Any], campaign_id: str) -> Partner:
    """Invite an organisation by its slug."""
    with transaction():
        return partnering.invite_partner(current_actor(), campaign_id, **body)


@bp.delete("/campaigns/<campaign_id>/partners/<partner_id>")
@token_required("campaigns.edit")
@bp.response(204)
def end_partnership(campaign_id: str, partner_id: str) -> None:
    """End a partnership, or take an invitation back. 409 `lead_stays`."""
    with transaction():
        partnering.end_partnership(current_actor(), campaign_id, partner_id)


@bp.get("/campaign-invitations")
@token_required("campaigns.view")
@bp.response(200, PartnerOut(many=True))
def list_invitations() -> list[Partner]:
    """Campaigns that the organisation is invited to and has not answered."""
    return reading.invitations_of(current_actor())


@bp.post("/campaign-invitations/<partner_id>/acceptances")
@token_required("campaigns.edit")
@bp.response(201, PartnerOut)
def accept_invitation(partner_id: str) -> Partner:
    """Take part. 409 `answered`."""
    with transaction():
        return partnering.accept_invitation(current_actor(), partner_id)


@bp.post("/campaign-invitations/<partner_id>/refusals")
@token_required("campaigns.edit")
@bp.response(201, PartnerOut)
def decline_invitation(partner_id: str) -> Partner:
    """Decline. 409 `answered`."""
    with transaction():
        return partnering.decline_invitation(current_actor(), partner_id)
