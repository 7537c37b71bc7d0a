"""Timeline entries: reading, writing, editing, publications, withdrawals."""

from typing import Any

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.clearance import withdrawing
from campaigns.schemas.campaign import ReasonSchema
from campaigns.schemas.clearance import TimelineEditSchema, TimelineOut, TimelineSchema, happening
from campaigns.timeline import telling
from campaigns.timeline.timeline_entry import TimelineEntry
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of

ORDER = (TimelineEntry.month, TimelineEntry.id)


@bp.get("/campaigns/<campaign_id>/timeline")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(TimelineOut, "TimelineEntries"))
def list_timeline(query: dict[str, Any], campaign_id: str) -> Page:
    """The timeline of one campaign, newest first."""
    campaign = reading.get_campaign(current_actor(), campaign_id)
    chosen = reading.timeline_of(current_actor()).where(TimelineEntry.campaign_id == campaign.id)
    return page(chosen, ORDER, **query)


@bp.post("/campaigns/<campaign_id>/timeline")
@token_required("campaigns.edit")
@bp.arguments(TimelineSchema)
@bp.response(201, TimelineOut)
def tell(body: dict[str, Any], campaign_id: str) -> TimelineEntry:
    """Draft an entry of a campaign that the organisation leads. Of the day only the month is kept."""
    with transaction():
        return telling.tell(current_actor(), campaign_id, happening(body))


@bp.patch("/timeline/<timeline_entry_id>")
@token_required("campaigns.edit")
@bp.arguments(TimelineEditSchema(partial=True))
@bp.response(200, TimelineOut)
def edit_entry(body: dict[str, Any], timeline_entry_id: str) -> TimelineEntry:
    """Change an entry; it has to be approved again. 409 `edited_meanwhile`."""
    version = body.pop("version", None)
    with transaction():
        return telling.edit_entry(current_actor(), timeline_entry_id, body, version=version)


@bp.post("/timeline/<timeline_entry_id>/publications")
@token_required("campaigns.edit")
@bp.response(201, TimelineOut)
def publish_entry(timeline_entry_id: str) -> TimelineEntry:
    """Show the entry once its delay is over. 409 `published`, `campaign_not_public`, `not_approved`."""
    with transaction():
        return telling.publish_entry(current_actor(), timeline_entry_id)


@bp.post("/timeline/<timeline_entry_id>/withdrawals")
@token_required("campaigns.edit")
@bp.arguments(ReasonSchema)
@bp.response(201, TimelineOut)
def withdraw_entry(body: dict[str, Any], timeline_entry_id: str) -> Any:
    """Take the entry off the pages. 409 `not_public`."""
    with transaction():
        return withdrawing.withdraw(current_actor(), "timeline", timeline_entry_id, **body)
