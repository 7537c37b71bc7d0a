"""The organisation, its people and its audit trail, for software."""

from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from core.db import transaction
from core.web.paging import Page, page
from staff import audit, organising, people
from staff.access import current_actor
from staff.approval import powers, two_people
from staff.approval.proposal import Proposal
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
    ProposalOut,
    RoleIn,
    piece_of,
)

bp = Blueprint("staff-api", __name__, url_prefix="/api/v1", description="Organisation, people, audit trail")


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
@bp.alt_response(202, schema=ProposalOut, description="A second owner has to confirm it")
def change_role(body: dict[str, Any], member_id: str) -> Any:
    """Give a member another role. 409 `last_owner` where nobody would own the organisation."""
    with transaction():
        return or_proposal(powers.change_role(current_actor(), member_id, body["role"]))


@bp.delete("/members/<member_id>")
@token_required("people.manage")
@bp.response(204)
@bp.alt_response(202, schema=ProposalOut, description="A second owner has to confirm it")
def leave(member_id: str) -> Any:
    """End a membership. What the member did stays, with their name."""
    with transaction():
        left = powers.leave(current_actor(), member_id)
    return or_proposal(left) if isinstance(left, Proposal) else None


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
@bp.alt_response(202, schema=ProposalOut, description="A second owner has to confirm it")
def invite(body: dict[str, Any]) -> Any:
    """Invite somebody by mail. The link is in the mail alone."""
    with transaction():
        return or_proposal(powers.invite(current_actor(), **body))


@bp.delete("/invitations/<invitation_id>")
@token_required("people.manage")
@bp.response(204)
def withdraw(invitation_id: str) -> None:
    """Withdraw an open invitation."""
    with transaction():
        people.withdraw(current_actor(), invitation_id)


@bp.get("/proposals")
@token_required(None)
@bp.response(200, ProposalOut(many=True))
def proposals() -> list[Proposal]:
    """What waits for a second person, oldest first. People decide, on their own page; software does not."""
    return two_people.open_for(current_actor())


@bp.get("/proposals/<proposal_id>")
@token_required(None)
@bp.response(200, ProposalOut)
def proposal(proposal_id: str) -> Proposal:
    """One proposal, decided or not."""
    return two_people.get(current_actor(), proposal_id)


def or_proposal(done: Any) -> Any:
    """What was done; or the proposal, as 202, which passes the declared answer by."""
    if not isinstance(done, Proposal):
        return done
    response = jsonify(ProposalOut().dump(done))
    response.status_code = 202
    return response


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
