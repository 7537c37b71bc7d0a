"""Closing out a drive: begin, choose, preview, ask, look how far it is. Software asks, people decide."""

from typing import Any

from campaigns import reading
from core.db import transaction
from core.errors import NotFound
from core.web.paging import Page
from donors.api.blueprint import bp
from donors.close_outs import closing, working
from donors.close_outs.close_out import CloseOut, CloseOutChoice, get_close_out, standing_of
from donors.close_outs.plan import plan_of
from donors.close_outs.shown import pieces_of
from donors.schemas.close_outs import (
    ChoiceOut,
    ChoiceSchema,
    CloseOutOut,
    CloseOutWithProgressOut,
    PlanOut,
    ShareOut,
)
from staff.access import current_actor
from staff.approval.proposal import Proposal
from staff.bearer import token_required
from staff.schemas import PieceIn, ProposalOut, piece_of


@bp.post("/drives/<drive_id>/close-out")
@token_required("gifts.refund")
@bp.response(201, CloseOutOut)
def begin_close_out(drive_id: str) -> CloseOut:
    """Begin to close out a closed drive, or find the one that was begun. 409 `not_closed`."""
    with transaction():
        return closing.begin(current_actor(), drive_id)


@bp.get("/drives/<drive_id>/close-out")
@token_required("gifts.view")
@bp.response(200, CloseOutWithProgressOut)
def read_drives_close_out(drive_id: str) -> dict[str, Any]:
    """The close-out of a drive, if one was begun and not taken back."""
    actor = current_actor()
    found = standing_of(reading.get_drive(actor, drive_id).id)
    if found is None:
        raise NotFound
    return _told(get_close_out(actor, found.id))


@bp.get("/close-outs/<close_out_id>")
@token_required("gifts.view")
@bp.response(200, CloseOutWithProgressOut)
def read_close_out(close_out_id: str) -> dict[str, Any]:
    """One close-out, and how far the work is."""
    return _told(get_close_out(current_actor(), close_out_id))


@bp.delete("/close-outs/<close_out_id>")
@token_required("gifts.refund")
@bp.response(204)
def undo_close_out(close_out_id: str) -> None:
    """Take it back before a second person has confirmed it. 409 `not_in_preparation`."""
    with transaction():
        closing.undo(current_actor(), close_out_id)


@bp.put("/close-outs/<close_out_id>/choices/<clause_id>")
@token_required("gifts.refund")
@bp.arguments(ChoiceSchema)
@bp.response(200, ChoiceOut)
def choose_for_clause(body: dict[str, Any], close_out_id: str, clause_id: str) -> CloseOutChoice:
    """Choose what is done with what came under one version of the clause, within what it allows."""
    with transaction():
        return closing.choose(current_actor(), close_out_id, clause_id, body)


@bp.get("/close-outs/<close_out_id>/preview")
@token_required("gifts.view")
@bp.response(200, PlanOut)
def preview_close_out(close_out_id: str) -> dict[str, Any]:
    """What would be done now: how the rest was reckoned, and what is chosen for each version."""
    plan = plan_of(get_close_out(current_actor(), close_out_id))
    return {
        "digest": plan.digest,
        "is_complete": plan.is_complete,
        "reckoning": plan.reckoning,
        "parts": plan.parts,
    }


@bp.get("/close-outs/<close_out_id>/shares")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(ShareOut, "CloseOutSharePieceOut"))
def list_close_out_shares(query: dict[str, Any], close_out_id: str) -> Page:
    """Each gift's share, by gift, largest id first: what would become of it while the close-out is prepared, and what
    became of it afterwards. Planned shares move with the money; the preview's `digest` tells whether they did."""
    return pieces_of(get_close_out(current_actor(), close_out_id), **query)


@bp.post("/close-outs/<close_out_id>/approval-requests")
@token_required("gifts.refund")
@bp.response(202, ProposalOut)
def ask_for_close_out(close_out_id: str) -> Proposal:
    """Ask a second person to confirm exactly what the preview says.

    409 `not_chosen`, `grace_runs`, `needs_second_person`.
    """
    with transaction():
        return closing.ask(current_actor(), close_out_id)


def _told(found: CloseOut) -> dict[str, Any]:
    names = CloseOutOut().fields
    return {name: getattr(found, name) for name in names} | {"progress": working.progress_of(found)}
