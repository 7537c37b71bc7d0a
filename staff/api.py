"""The organisation, its people and its audit trail, for software."""

from typing import Any

import flask_smorest

from core.db import transaction
from core.web.paging import Page, page
from staff import audit, organising, people
from staff.access import current_actor
from staff.bearer import token_required
from staff.invitation import Invitation, open_for
from staff.member import Member
from staff.organisation import Organisation
from staff.schemas import (
    AuditEventOut,
    AuditPieceIn,
    InvitationIn,
    InvitationOut,
    MemberOut,
    OrganisationOut,
    PieceIn,
    RoleIn,
    piece_of,
)

bp = flask_smorest.Blueprint(
    "staff-api", __name__, url_prefix="/api/v1", description="Organisation, people, audit trail"
)


@bp.get("/organisation")
@token_required(None)
@bp.response(200, OrganisationOut)
def organisation() -> Organisation:
    """The organisation that the token acts for."""
    return organising.get_organisation(current_actor())


@bp.get("/members")
@token_required("people.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(MemberOut, "Members"))
def members(query: dict[str, Any]) -> Page:
    """The present members, those who joined last first."""
    chosen = people.members_of(current_actor().organisation_id)
    return page(chosen, (Member.joined_at, Member.id), **query)


@bp.get("/members/<member_id>")
@token_required("people.view")
@bp.response(200, MemberOut)
def member(member_id: str) -> Member:
    """One present member."""
    return people.get_member(current_actor(), member_id)


@bp.put("/members/<member_id>/role")
@token_required("people.manage")
@bp.arguments(RoleIn)
@bp.response(200, MemberOut)
def change_role(body: dict[str, Any], member_id: str) -> Member:
    """Give a member another role. 409 `last_owner` where nobody would own the organisation."""
    with transaction():
        return people.change_role(current_actor(), member_id, body["role"])


@bp.delete("/members/<member_id>")
@token_required("people.manage")
@bp.response(204)
def leave(member_id: str) -> None:
    """End a membership. What the member did stays, with their name."""
    with transaction():
        people.leave(current_actor(), member_id)


@bp.get("/invitations")
@token_required("people.manage")
@bp.response(200, InvitationOut(many=True))
def invitations() -> list[Invitation]:
    """The open invitations, newest first."""
    return open_for(current_actor().organisation_id)


@bp.post("/invitations")
@token_required("people.manage")
@bp.arguments(InvitationIn)
@bp.response(201, InvitationOut)
def invite(body: dict[str, Any]) -> Invitation:
    """Invite somebody by mail. The link is in the mail alone."""
    with transaction():
        return people.invite(current_actor(), **body)[0]


@bp.delete("/invitations/<invitation_id>")
@token_required("people.manage")
@bp.response(204)
def withdraw(invitation_id: str) -> None:
    """Withdraw an open invitation."""
    with transaction():
        people.withdraw(current_actor(), invitation_id)


@bp.get("/audit-events")
@token_required("audit.view")
@bp.arguments(AuditPieceIn, location="query")
@bp.response(200, piece_of(AuditEventOut, "AuditEvents"))
def audit_events(query: dict[str, Any]) -> Page:
    """The audit trail, newest first."""
    chosen = audit.events_of(
        current_actor(),
        verb=query.get("verb", ""),
        subject=query.get("subject", ""),
        actor_label=query.get("actor", ""),
    )
    return page(chosen, (audit.AuditEvent.position,), limit=query["limit"], cursor=query.get("cursor"))
