"""Supporters' pages for software."""

from typing import Any

from campaigns.reading import get_drive
from core.db import transaction
from core.errors import NotFound
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.schemas.supporters import HidePageIn, SupporterPageOut
from donors.supporters import moderating
from donors.supporters.supporter_page import SupporterPage
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/drives/<drive_id>/supporter-pages")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(SupporterPageOut, "SupporterPages"))
def list_supporter_pages(query: dict[str, Any], drive_id: str) -> Page:
    """Pages for a drive of the organisation whose owner has confirmed the address, the latest first."""
    actor = current_actor()
    drive = get_drive(actor, drive_id)
    if drive.organisation_id != actor.organisation_id:
        raise NotFound
    found = moderating.pages_of(actor).where(SupporterPage.drive_id == drive.id)
    return page(found, (SupporterPage.begun_at, SupporterPage.id), **query)


@bp.post("/supporter-pages/<page_id>/approvals")
@token_required("campaigns.edit")
@bp.response(201, SupporterPageOut)
def create_supporter_page_approval(page_id: str) -> SupporterPage:
    """Make a page public. 409 `illegal_transition`; 422 where its words would name the client."""
    with transaction():
        return moderating.approve(current_actor(), page_id)


@bp.post("/supporter-pages/<page_id>/hidings")
@token_required("campaigns.edit")
@bp.arguments(HidePageIn)
@bp.response(201, SupporterPageOut)
def create_supporter_page_hiding(body: dict[str, str], page_id: str) -> SupporterPage:
    """Take a page out of sight, or refuse it; its owner is mailed the reason. 409 `illegal_transition`."""
    with transaction():
        return moderating.hide(current_actor(), page_id, reason=body["reason"])
