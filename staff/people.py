"""Who works for an organisation: invite, change a role, leave. An organisation keeps an owner."""

from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.mail import queue_mail
from staff import audit
from staff.access import Actor, system_actor
from staff.account import User
from staff.invitation import VALID_FOR, Invitation, digest_of, new_token
from staff.member import ROLES, Member
from staff.organisation import Organisation
from staff.words import ROLE_NAMES


def members_of(organisation_id: str, search: str = "") -> Select[Member]:
    """The present members whose name or address contains `search`, by name."""
    query = (
        select(Member)
        .join(Member.account)
        .where(Member.organisation_id == organisation_id, Member.left_at.is_(None))
    )
    if search:
        found = (column.icontains(search.strip(), autoescape=True) for column in (User.name, User.email))
        query = query.where(or_(*found))
    return query.order_by(func.lower(User.name), User.email, Member.id)


def get_member(actor: Actor, member_id: str) -> Member:
    """A present member of the actor's organisation. Raises NotFound for anyone else's."""
    query = members_of(actor.organisation_id).where(Member.id == member_id)
    member = db.session.scalar(query.execution_options(populate_existing=True))
    if member is None:
        raise NotFound
    return member


def found_organisation(name: str, *, slug: str, zone: str, owner_email: str) -> tuple[Organisation, str]:
    """A new organisation and the token of its first owner's invitation (mailed as well)."""
    if not clock.is_zone(zone):
        raise Invalid({"zone": [_("This is not a time zone, such as America/Chicago.")]})
    if db.session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
        raise Invalid({"slug": [_("This short name is taken.")]})
    organisation = Organisation(name=name, slug=slug, zone=zone)
    db.session.add(organisation)
    db.session.flush()
    operator = system_actor(organisation)
    audit.record(operator, "organisation.found", organisation.id, after={"name": name, "zone": zone})
    return organisation, invite(operator, email=owner_email, role="owner")[1]


def invite(actor: Actor, *, email: str, role: str) -> tuple[Invitation, str]:
    """Invite an address, by mail. Returns the row and the token, which is kept nowhere else.

    An open invitation of the same address is withdrawn. Raises Invalid for somebody who is here already.
    Edges call approval.powers, which asks a second owner where that is needed.
    """
    actor.require("people.manage")
    check_invitation(actor, email=email, role=role)
    _withdraw_open(actor, email)
    token = new_token()
    invitation = Invitation(
        organisation_id=actor.organisation_id,
        email=email,
        role=role,
        digest=digest_of(token),
        invited_by_id=actor.member_id,
        expires_at=clock.now() + VALID_FOR,
    )
    db.session.add(invitation)
    db.session.flush()
    audit.record(actor, "invitation.send", invitation.id, after={"email": email, "role": role})
    _mail_invitation(actor, invitation, token)
    return invitation, token


def withdraw(actor: Actor, invitation_id: str) -> None:
    """End an open invitation; its link stops working."""
    actor.require("people.manage")
    invitation = db.session.get(Invitation, invitation_id, with_for_update={"of": Invitation})
    if invitation is None or invitation.organisation_id != actor.organisation_id:
        raise NotFound
    if not invitation.is_open:
        raise Conflict("invitation_closed", _("This invitation was used, withdrawn or ran out."))
    invitation.withdrawn_at = clock.now()
    audit.record(actor, "invitation.withdraw", invitation.id, before={"email": invitation.email})


def change_role(actor: Actor, member_id: str, role: str) -> Member:
    """Give a member another role. Raises Conflict `last_owner` when nobody would own the organisation."""
    actor.require("people.manage")
    _one_at_a_time(actor)
    member = get_member(actor, member_id)
    check_role_change(member, role)
    if member.role == role:
        return member
    before, member.role = member.role, role
    audit.record(actor, "member.change_role", member.id, before={"role": before}, after={"role": role})
    return member


def leave(actor: Actor, member_id: str) -> Member:
    """A member leaves, by an owner's hand or their own. Their tokens stop working; their work stays."""
    _one_at_a_time(actor)
    member = get_member(actor, member_id)
    if member.id != actor.member_id:
        actor.require("people.manage")
    check_departure(member)
    member.left_at = clock.now()
    audit.record(actor, "member.leave", member.id, before={"role": member.role})
    return member


def check_invitation(actor: Actor, *, email: str, role: str) -> None:
    _check_role(role)
    present = members_of(actor.organisation_id).where(func.lower(User.email) == email.lower())
    if db.session.scalar(present) is not None:
        raise Invalid({"email": [_("This person is here already. Change their role instead.")]})


def check_role_change(member: Member, role: str) -> None:
    _check_role(role)
    if member.role == "owner" != role:
        _keep_an_owner(member)


def check_departure(member: Member) -> None:
    if member.role == "owner":
        _keep_an_owner(member)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid({"role": [_("Choose one of the roles.")]})


def _one_at_a_time(actor: Actor) -> None:
    """Changes of an organisation's people wait for each other: two owners cannot each count on the other."""
    db.session.get_one(Organisation, actor.organisation_id, with_for_update={"key_share": True})


def _keep_an_owner(member: Member) -> None:
    query = select(func.count()).where(
        Member.organisation_id == member.organisation_id,
        Member.role == "owner",
        Member.left_at.is_(None),
        Member.id != member.id,
    )
    if not db.session.scalar(query):
        raise Conflict("last_owner", _("An organisation keeps an owner. Make somebody else an owner first."))


def _withdraw_open(actor: Actor, email: str) -> None:
    query = select(Invitation).where(
        Invitation.organisation_id == actor.organisation_id,
        func.lower(Invitation.email) == email.lower(),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    for earlier in db.session.scalars(query):
        earlier.withdrawn_at = clock.now()


def _mail_invitation(actor: Actor, invitation: Invitation, token: str) -> None:
    queue_mail(
        key=f"invitation:{invitation.id}",
        to=invitation.email,
        subject=_("Join %(organisation)s on Amparo", organisation=actor.organisation_name),
        text=render_template(
            "staff/mail/invitation.txt",
            organisation_name=actor.organisation_name,
            inviter=actor.user_name,
            role=ROLE_NAMES[invitation.role],
            link=f"{current_app.config['BASE_URL']}/join/{token}",
        ),
    )
