"""Updates: reading, writing, editing, publications, withdrawals."""

from typing import Any

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.clearance import withdrawing
from campaigns.schemas.answers import UpdateOut
from campaigns.schemas.campaign import ReasonSchema, UpdateEditSchema, UpdateSchema
from campaigns.updates import updating
from campaigns.updates.update import Update
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of

ORDER = (Update.written_at, Update.id)


@bp.get("/updates")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(UpdateOut, "Updates"))
def list_updates(query: dict[str, Any]) -> Page:
    """The updates of all the organisation's campaigns, newest first."""
    return page(reading.updates_of(current_actor()), ORDER, **query)


@bp.get("/campaigns/<campaign_id>/updates")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(UpdateOut, "CampaignUpdates"))
def list_campaign_updates(query: dict[str, Any], campaign_id: str) -> Page:
    """The updates of one campaign, newest first."""
    campaign = reading.get_campaign(current_actor(), campaign_id)
    chosen = reading.updates_of(current_actor()).where(Update.campaign_id == campaign.id)
    return page(chosen, ORDER, **query)


@bp.post("/campaigns/<campaign_id>/updates")
@token_required("campaigns.edit")
@bp.arguments(UpdateSchema)
@bp.response(201, UpdateOut)
def write_update(body: dict[str, Any], campaign_id: str) -> Update:
    """Draft an update of a campaign that the organisation leads."""
    with transaction():
        return updating.write_update(current_actor(), campaign_id, **body)


@bp.get("/updates/<update_id>")
@token_required("campaigns.view")
@bp.response(200, UpdateOut)
def get_update(update_id: str) -> Update:
    """One update."""
    return reading.get_update(current_actor(), update_id)


@bp.patch("/updates/<update_id>")
@token_required("campaigns.edit")
@bp.arguments(UpdateEditSchema(partial=True))
@bp.response(200, UpdateOut)
def edit_update(body: dict[str, Any], update_id: str) -> Update:
    """Change an update. 409 `edited_meanwhile`, `look_again` (public already)."""
    version, looked_at = body.pop("version", None), body.pop("looked_at", False)
    with transaction():
        return updating.edit_update(current_actor(), update_id, body, version=version, looked_at=looked_at)


@bp.post("/updates/<update_id>/publications")
@token_required("campaigns.edit")
@bp.response(201, UpdateOut)
def publish_update(update_id: str) -> Update:
    """Show the update on the campaign's pages. 409 `published`, `campaign_not_public`, `not_approved`,
    `consent_ended`."""
    with transaction():
        return updating.publish_update(current_actor(), update_id)


@bp.post("/updates/<update_id>/withdrawals")
@token_required("campaigns.edit")
@bp.arguments(ReasonSchema)
@bp.response(201, UpdateOut)
def withdraw_update(body: dict[str, Any], update_id: str) -> Any:
    """Take the update off the pages. 409 `not_public`."""
    with transaction():
        return withdrawing.withdraw(current_actor(), "update", update_id, **body)
