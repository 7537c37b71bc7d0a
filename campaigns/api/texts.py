"""Public words on their way: how far each has come, submissions. People approve them, on the staff pages."""

from typing import Any

from campaigns import publishing
from campaigns.api.blueprint import bp
from campaigns.clearance import clearing, queue
from campaigns.clearance.clearance import Clearance
from campaigns.publishing import ScheduledPublication
from campaigns.schemas.clearance import ScheduleBody, ScheduledOut, SubmissionSchema, TextOut, TextsIn
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/texts")
@token_required("campaigns.view")
@bp.arguments(TextsIn, location="query")
@bp.response(200, piece_of(TextOut, "Texts"))
def list_texts(query: dict[str, Any]) -> Page:
    """How far the public texts of the organisation's campaigns have come, newest first."""
    subject_id = query.pop("subject_id", None)
    chosen = queue.texts_of(current_actor())
    if subject_id:
        chosen = chosen.where(Clearance.subject_id == subject_id)
    return page(chosen, (Clearance.created_at, Clearance.id), **query)


@bp.get("/texts/<clearance_id>")
@token_required("campaigns.view")
@bp.response(200, TextOut)
def get_text(clearance_id: str) -> Clearance:
    """How far the words of one campaign, drive, update, timeline entry or list of names have come."""
    return queue.get_text(current_actor(), clearance_id)


@bp.post("/texts/<clearance_id>/submissions")
@token_required("campaigns.edit")
@bp.arguments(SubmissionSchema)
@bp.response(201, TextOut)
def submit_text(body: dict[str, Any], clearance_id: str) -> Clearance:
    """Hand the words to counsel. 409 `look_again`, `illegal_transition`; 422 names what may not be public."""
    it = queue.get_text(current_actor(), clearance_id)
    with transaction():
        return clearing.submit(current_actor(), it.kind, it.subject_id, **body)


@bp.post("/texts/<clearance_id>/schedules")
@token_required("campaigns.edit")
@bp.arguments(ScheduleBody)
@bp.response(201, ScheduledOut)
def schedule_text(body: dict[str, Any], clearance_id: str) -> ScheduledPublication:
    """Publish approved words at a time. 409 `not_approved`, `scheduled`."""
    it = queue.get_text(current_actor(), clearance_id)
    with transaction():
        return publishing.schedule(current_actor(), it, **body)


@bp.delete("/texts/<clearance_id>/schedules")
@token_required("campaigns.edit")
@bp.response(204)
def unschedule_text(clearance_id: str) -> None:
    """Do not publish by itself after all. 404 where no time is chosen."""
    it = queue.get_text(current_actor(), clearance_id)
    with transaction():
        publishing.cancel_scheduled(current_actor(), it)
