"""Handing over the lead of a campaign, for software: it proposes and takes back; people accept, on staff pages."""

from typing import Any

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.partners import handing_over
from campaigns.partners.lead_handover import LeadHandover
from campaigns.schemas.handovers import HandoverOut, HandoverSchema
from core.db import db, transaction
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/campaigns/<campaign_id>/handovers")
@token_required("campaigns.view")
@bp.response(200, HandoverOut(many=True))
def list_handovers(campaign_id: str) -> list[LeadHandover]:
    """Those that the organisation proposed or was asked for in this campaign, newest first."""
    actor = current_actor()
    campaign = reading.get_campaign(actor, campaign_id)
    query = handing_over.handovers_of(actor).where(LeadHandover.campaign_id == campaign.id)
    return list(db.session.scalars(query.limit(100)))


@bp.post("/campaigns/<campaign_id>/handovers")
@token_required("organisation.edit")
@bp.arguments(HandoverSchema)
@bp.response(201, HandoverOut)
def propose_handover(body: dict[str, Any], campaign_id: str) -> LeadHandover:
    """Ask a partner to lead. 409 `handover_open`."""
    with transaction():
        return handing_over.propose_handover(current_actor(), campaign_id, **body)


@bp.post("/handovers/<lead_handover_id>/withdrawals")
@token_required("organisation.edit")
@bp.response(201, HandoverOut)
def withdraw_handover(lead_handover_id: str) -> LeadHandover:
    """Take a proposal back. 409 `illegal_transition` once it is decided."""
    with transaction():
        return handing_over.withdraw_handover(current_actor(), lead_handover_id)
