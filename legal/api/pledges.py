"""Pledges of hours for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import StateIn, bp
from legal.pledges.hours_pledge import HoursPledge, pledges_of
from legal.pledges.pledging import accept_pledge, decline_pledge, record_pledge
from legal.schemas.pledges import HoursPledgeOut, RecordedPledgeIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/hours-pledges")
@token_required("hours.view")
@bp.arguments(StateIn, location="query")
@bp.response(200, piece_of(HoursPledgeOut, "HoursPledges"))
def list_hours_pledges(query: dict[str, Any]) -> Page:
    """Pledges to the organisation's drives, the latest first."""
    found, state = pledges_of(current_actor()), query.pop("state", "")
    if state:
        found = found.where(HoursPledge.state == state)
    return page(found, (HoursPledge.pledged_at, HoursPledge.id), **query)


@bp.post("/hours-pledges")
@token_required("matters.edit")
@bp.arguments(RecordedPledgeIn)
@bp.response(201, HoursPledgeOut)
def create_hours_pledge(body: dict[str, Any]) -> HoursPledge:
    """Write down a pledge that was told to staff; it waits for the decision. 409 `closed`."""
    with transaction():
        return record_pledge(current_actor(), **body)


@bp.post("/hours-pledges/<hours_pledge_id>/acceptances")
@token_required("matters.edit")
@bp.response(201, HoursPledgeOut)
def create_hours_pledge_acceptance(hours_pledge_id: str) -> HoursPledge:
    """Take the lawyer on as a timekeeper. 409 `illegal_transition`."""
    with transaction():
        return accept_pledge(current_actor(), hours_pledge_id)


@bp.post("/hours-pledges/<hours_pledge_id>/refusals")
@token_required("matters.edit")
@bp.response(201, HoursPledgeOut)
def create_hours_pledge_refusal(hours_pledge_id: str) -> HoursPledge:
    """Say no. 409 `illegal_transition`."""
    with transaction():
        return decline_pledge(current_actor(), hours_pledge_id)
