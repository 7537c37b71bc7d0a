"""Accepting an invitation: with the account one has, or by opening one for the invited address."""

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict
from staff import audit
from staff.access import actor_for
from staff.account import User, accounts
from staff.invitation import Invitation, get_open
from staff.member import Member


def has_account(invitation: Invitation) -> bool:
    return accounts.find_user(case_insensitive=True, email=invitation.email) is not None


def join(token: str, account: User) -> Member:
    """Accept with an account; the invitation is used up. Somebody who had left comes back."""
    invitation = get_open(token, lock=True)
    query = select(Member).where(
        Member.organisation_id == invitation.organisation_id, Member.account_id == account.id
    )
    member = db.session.scalar(query.with_for_update(of=Member))
    if member is not None and member.left_at is None:
        raise Conflict("already_member", _("You are a member of this organisation already."))
    if member is None:
        member = Member(organisation_id=invitation.organisation_id, account_id=account.id)
        db.session.add(member)
    member.role, member.joined_at, member.left_at = invitation.role, clock.now(), None
    db.session.flush()
    invitation.accepted_at, invitation.accepted_by_id = clock.now(), member.id
    audit.record(
        actor_for(member), "member.join", member.id, after={"role": member.role, "invitation": invitation.id}
    )
    return member


def open_account(token: str, *, name: str, password_hash: str) -> Member:
    """Accept with a new account for the invited address. Raises Conflict where it has one already."""
    invitation = get_open(token, lock=True)
    if has_account(invitation):
        raise Conflict("account_exists", _("This address has an account. Sign in, then open the link again."))
    account = accounts.create_user(email=invitation.email, name=name, password=password_hash)
    db.session.flush()
    return join(token, account)  # pyright: ignore[reportArgumentType]
