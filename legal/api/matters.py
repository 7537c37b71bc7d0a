"""Matters and timekeepers for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.matters.engaging import add_counsel, engage_timekeeper, open_matter
from legal.matters.matter import Matter, MatterParticipation, counsel_of, get_matter, matters_of
from legal.matters.timekeeper import Timekeeper, timekeepers_of
from legal.schemas.matters import CounselIn, MatterIn, TimekeeperIn
from legal.schemas.said import CounselOut, MatterOut, TimekeeperOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/matters")
@token_required("hours.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(MatterOut, "Matters"))
def list_matters(query: dict[str, Any]) -> Page:
    """The matters the organisation takes part in, newest first."""
    return page(matters_of(current_actor()), (Matter.created_at, Matter.id), **query)


@bp.post("/matters")
@token_required("matters.edit")
@bp.arguments(MatterIn)
@bp.response(201, MatterOut)
def create_matter(body: dict[str, Any]) -> Matter:
    """Open a matter for a campaign of the organisation, which becomes lead counsel."""
    with transaction():
        return open_matter(current_actor(), **body)


@bp.get("/matters/<matter_id>")
@token_required("hours.view")
@bp.response(200, MatterOut)
def read_matter(matter_id: str) -> Matter:
    """One matter."""
    return get_matter(current_actor(), matter_id)


@bp.get("/matters/<matter_id>/counsel")
@token_required("hours.view")
@bp.response(200, CounselOut(many=True))
def list_counsel(matter_id: str) -> list[MatterParticipation]:
    """The organisations on a matter, in the order they joined."""
    return counsel_of(get_matter(current_actor(), matter_id))


@bp.post("/matters/<matter_id>/counsel")
@token_required("matters.edit")
@bp.arguments(CounselIn)
@bp.response(201, CounselOut)
def create_counsel(body: dict[str, Any], matter_id: str) -> MatterParticipation:
    """Bring another partner of the campaign onto the matter."""
    with transaction():
        return add_counsel(current_actor(), matter_id, **body)


@bp.get("/timekeepers")
@token_required("hours.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(TimekeeperOut, "Timekeepers"))
def list_timekeepers(query: dict[str, Any]) -> Page:
    """The organisation's own timekeepers, the latest first."""
    return page(timekeepers_of(current_actor()), (Timekeeper.engaged_at, Timekeeper.id), **query)


@bp.post("/timekeepers")
@token_required("matters.edit")
@bp.arguments(TimekeeperIn)
@bp.response(201, TimekeeperOut)
def create_timekeeper(body: dict[str, Any]) -> Timekeeper:
    """Engage a timekeeper."""
    with transaction():
        return engage_timekeeper(current_actor(), **body)
