"""Published fees and gifts in kind for software."""

from typing import Any

from core import clock
from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.costs.fee_schedule import Fee, fees_on, load_fees
from legal.costs.in_kind import InKindCost, InKindDecision, decide_in_kind, in_kind_of, record_in_kind
from legal.schemas.fees import FeesIn, InKindDecisionIn, InKindIn, OnIn
from legal.schemas.said_of_costs import FeeOut, FeesLoadedOut, InKindDecisionOut, InKindOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/fees")
@token_required("costs.view")
@bp.arguments(OnIn, location="query")
@bp.response(200, FeeOut(many=True))
def read_fees(query: dict[str, Any]) -> list[Fee]:
    """The fees that hold on a day (today)."""
    return list(fees_on(current_actor().organisation_id, query["on"] or clock.today()).values())


@bp.post("/fees")
@token_required("costs.approve")
@bp.arguments(FeesIn)
@bp.response(201, FeesLoadedOut)
def create_fees(body: dict[str, Any]) -> dict[str, int]:
    """Add published fees to the organisation's schedule: all of them, or none."""
    with transaction():
        return {"rows": load_fees(current_actor(), body["fees"])}


@bp.get("/in-kind-costs")
@token_required("costs.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(InKindOut, "InKindCosts"))
def read_in_kind(query: dict[str, Any]) -> Page:
    """Donated services that the organisation wrote down, the latest first."""
    return page(in_kind_of(current_actor()), (InKindCost.recorded_at, InKindCost.id), **query)


@bp.post("/in-kind-costs")
@token_required("costs.claim")
@bp.arguments(InKindIn)
@bp.response(201, InKindOut)
def create_in_kind(body: dict[str, Any]) -> InKindCost:
    """Write down a donated service with its value and how that was found."""
    with transaction():
        return record_in_kind(current_actor(), **body)


@bp.post("/in-kind-costs/<in_kind_cost_id>/decisions")
@token_required("costs.approve")
@bp.arguments(InKindDecisionIn)
@bp.response(201, InKindDecisionOut)
def create_in_kind_decision(body: dict[str, Any], in_kind_cost_id: str) -> InKindDecision:
    """Accept or reject a colleague's. 403 for one's own, 409 `illegal_transition`."""
    with transaction():
        return decide_in_kind(current_actor(), in_kind_cost_id, **body)
