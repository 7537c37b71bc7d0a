"""Power given or taken: roles that see what must not leave, or move money. Two owners, where there are two.

A single owner decides alone: there is nobody to ask, and the first people have to come in somehow.
"""

from typing import Any

from flask_babel import lazy_gettext

from staff import people
from staff.access import Actor
from staff.approval import two_people
from staff.approval.proposal import Proposal
from staff.assurance import STRONG_ROLES
from staff.invitation import Invitation
from staff.member import Member

CHANGE, INVITE, SEND_AWAY = "member.change_role", "invitation.send", "member.leave"


def change_role(actor: Actor, member_id: str, role: str) -> Member | Proposal:
    """As `people.change_role`, or the proposal of it."""
    actor.require("people.manage")
    member = people.get_member(actor, member_id)
    if role == member.role or not _takes_two(actor, member.role, role):
        return people.change_role(actor, member_id, role)
    people.check_role_change(member, role)
    terms = {"member_id": member.id, "name": member.name, "role": role}
    return two_people.propose(actor, CHANGE, member.id, terms=terms)


def invite(actor: Actor, *, email: str, role: str) -> Invitation | Proposal:
    """As `people.invite`, or the proposal of it."""
    actor.require("people.manage")
    if not _takes_two(actor, role):
        return people.invite(actor, email=email, role=role)[0]
    people.check_invitation(actor, email=email, role=role)
    return two_people.propose(actor, INVITE, actor.organisation_id, terms={"email": email, "role": role})


def leave(actor: Actor, member_id: str) -> Member | Proposal:
    """As `people.leave`, or the proposal of sending somebody else away."""
    member = people.get_member(actor, member_id)
    if member.id == actor.member_id or not actor.can("people.manage") or not _takes_two(actor, member.role):
        return people.leave(actor, member_id)
    people.check_departure(member)
    terms = {"member_id": member.id, "name": member.name}
    return two_people.propose(actor, SEND_AWAY, member.id, terms=terms)


def _takes_two(actor: Actor, *roles: str) -> bool:
    is_power = any(role in STRONG_ROLES for role in roles)
    return is_power and actor.person_id is not None and two_people.somebody_else(actor, "people.manage")


def _change(actor: Actor, terms: dict[str, Any]) -> None:
    people.change_role(actor, terms["member_id"], terms["role"])


def _invite(actor: Actor, terms: dict[str, Any]) -> None:
    people.invite(actor, email=terms["email"], role=terms["role"])


def _send_away(actor: Actor, terms: dict[str, Any]) -> None:
    people.leave(actor, terms["member_id"])


for _verb, _words, _perform in (
    (CHANGE, lazy_gettext("Give %(name)s the role %(role)s"), _change),
    (INVITE, lazy_gettext("Invite %(email)s with the role %(role)s"), _invite),
    (SEND_AWAY, lazy_gettext("End the membership of %(name)s"), _send_away),
):
    two_people.declare(_verb, permission="people.manage", words=_words, perform=_perform)
