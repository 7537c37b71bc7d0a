"""Drives and their goals: reading, drafting, editing, publications, closures."""

from collections.abc import Sequence
from typing import Any

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.clearance import withdrawing
from campaigns.drives import drafting, extending, launching
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import DriveTerms
from campaigns.drives.extending import DriveExtension
from campaigns.drives.goal import Goal
from campaigns.schemas.answers import DriveOut, GoalOut
from campaigns.schemas.campaign import ReasonSchema
from campaigns.schemas.drive_body import DriveBody, DriveEditBody
from campaigns.schemas.extension import ExtensionOut, ExtensionSchema
from core import clock
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of

_COMPUTED = {"state", "goals"}
_COLUMNS = tuple(name for name in DriveOut().fields if name not in _COMPUTED)


def _shown(drives: Sequence[Drive]) -> list[dict[str, Any]]:
    """Drives as `DriveOut` shows them, with the goals of all read at once."""
    goals, now = reading.goals_by_drive([drive.id for drive in drives]), clock.now()
    return [
        {name: getattr(drive, name) for name in _COLUMNS}
        | {"state": drive.state(now), "goals": goals.get(drive.id, [])}
        for drive in drives
    ]


@bp.get("/drives")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(DriveOut, "Drives"))
def list_drives(query: dict[str, Any]) -> Page:
    """All drives of the organisation's campaigns, newest first."""
    piece = page(reading.drives_of(current_actor()), (Drive.created_at, Drive.id), **query)
    return Page(_shown(piece.items), piece.next_cursor)


@bp.post("/drives")
@token_required("campaigns.edit")
@bp.arguments(DriveBody)
@bp.response(201, DriveOut)
def draft_drive(body: dict[str, Any]) -> dict[str, Any]:
    """Draft a drive, paid into a fund of the organisation. Nobody else sees it yet."""
    campaign_id, fund_id = body.pop("campaign_id"), body.pop("fund_id")
    with transaction():
        drive = drafting.draft_drive(
            current_actor(), campaign_id=campaign_id, fund_id=fund_id, terms=DriveTerms(**body)
        )
    return _shown([drive])[0]


@bp.get("/drives/<drive_id>")
@token_required("campaigns.view")
@bp.response(200, DriveOut)
def get_drive(drive_id: str) -> dict[str, Any]:
    """One drive."""
    return _shown([reading.get_drive(current_actor(), drive_id)])[0]


@bp.get("/drives/<drive_id>/goals")
@token_required("campaigns.view")
@bp.response(200, GoalOut(many=True))
def list_goals(drive_id: str) -> list[Goal]:
    """The goals of a drive, in their order."""
    return reading.goals_of(reading.get_drive(current_actor(), drive_id).id)


@bp.patch("/drives/<drive_id>")
@token_required("campaigns.edit")
@bp.arguments(DriveEditBody(partial=True))
@bp.response(200, DriveOut)
def edit_drive(body: dict[str, Any], drive_id: str) -> dict[str, Any]:
    """Change a drive. 409 `edited_meanwhile`, `rules_frozen` (published), `look_again`."""
    version, looked_at = body.pop("version", None), body.pop("looked_at", False)
    with transaction():
        drive = drafting.edit_drive(current_actor(), drive_id, body, version=version, looked_at=looked_at)
    return _shown([drive])[0]


@bp.post("/drives/<drive_id>/publications")
@token_required("campaigns.edit")
@bp.response(201, DriveOut)
def publish_drive(drive_id: str) -> dict[str, Any]:
    """Make the drive public and freeze its rules. 409 `published`, `campaign_not_public`, `not_approved`,
    `consent_ended`."""
    with transaction():
        drive = launching.publish_drive(current_actor(), drive_id)
    return _shown([drive])[0]


@bp.post("/drives/<drive_id>/withdrawals")
@token_required("campaigns.edit")
@bp.arguments(ReasonSchema)
@bp.response(201, DriveOut)
def withdraw_drive(body: dict[str, Any], drive_id: str) -> dict[str, Any]:
    """Take the drive's page out of public sight at once. It takes no gifts then. 409 `not_public`."""
    with transaction():
        withdrawing.withdraw(current_actor(), "drive", drive_id, **body)
    return _shown([reading.get_drive(current_actor(), drive_id)])[0]


@bp.post("/drives/<drive_id>/extensions")
@token_required("campaigns.edit")
@bp.arguments(ExtensionSchema)
@bp.response(201, ExtensionOut)
def extend_drive(body: dict[str, Any], drive_id: str) -> DriveExtension:
    """Move the deadline of an open drive to a later one, with a note that stays on its page. 409 `not_public`,
    `no_deadline`, `closed`, `look_again`."""
    note, looked_at = body.pop("note"), body.pop("looked_at")
    with transaction():
        return extending.extend_drive(current_actor(), drive_id, body, note=note, looked_at=looked_at)


@bp.post("/drives/<drive_id>/closures")
@token_required("campaigns.edit")
@bp.arguments(ReasonSchema)
@bp.response(201, DriveOut)
def close_drive(body: dict[str, Any], drive_id: str) -> dict[str, Any]:
    """Take no more gifts from now on. 409 `not_public`, `closed`."""
    with transaction():
        drive = launching.close_drive(current_actor(), drive_id, **body)
    return _shown([drive])[0]
