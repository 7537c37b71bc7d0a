"""Who is asking, and what they may do. Every query about an organisation's things goes through an Actor.

Another organisation's thing does not exist for an actor: NotFound, never Forbidden. So does a thing the
role may not view. Forbidden is for a verb on a thing one may see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from core.db import db
from core.errors import Forbidden, NotFound
from staff import assurance
from staff.member import Member
from staff.organisation import Organisation

#: What each role may do. Legal sees hours, not donors; campaigners see donors, not narratives.
PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset({"campaigns.view", "funds.view"}),
    "campaigner": frozenset(
        {
            *("campaigns.view", "campaigns.edit", "funds.view"),
            *("gifts.view", "gifts.start", "people.view", "reports.publish"),
        }
    ),
    "finance": frozenset(
        {
            *("campaigns.view", "funds.view", "funds.edit", "gifts.view", "gifts.refund", "audit.view"),
            "gifts.record",
            *("costs.view", "costs.claim", "costs.approve", "costs.pay", "people.view"),
        }
    ),
    "legal": frozenset(
        {
            *("campaigns.view", "hours.view", "hours.enter", "hours.approve", "matters.edit"),
            *(
                "costs.view",
                "costs.claim",
                "clients.edit",
                "clients.identity",
                "texts.approve",
                "people.view",
            ),
        }
    ),
}
PERMISSIONS["owner"] = frozenset().union(*PERMISSIONS.values()) | {
    *("people.manage", "tokens.manage", "organisation.edit"),
}
ALL_PERMISSIONS = PERMISSIONS["owner"]


@dataclass(frozen=True)
class Actor:
    """One member (or an API token acting for the organisation) and what they may do."""

    label: str  #: `member:mem_…` or `token:tok_…` or `system`, as the audit trail names it
    organisation_id: str
    organisation_name: str
    user_name: str
    role: str
    member_id: str | None = None
    #: None means all that the role may do; a token has only what it was given.
    scopes: frozenset[str] | None = None
    #: The member who made the token that acts.
    made_by_id: str | None = None

    @property
    def person_id(self) -> str | None:
        """The member who answers for what is done; None for the installation itself."""
        return self.member_id or self.made_by_id

    def can(self, permission: str) -> bool:
        """Whether role and scopes allow it. Raises KeyError on a permission that does not exist."""
        if permission not in ALL_PERMISSIONS:
            raise KeyError(permission)
        return permission in PERMISSIONS[self.role] and (self.scopes is None or permission in self.scopes)

    def require(self, permission: str) -> None:
        """Raise NotFound where the actor may not even look, Forbidden where it may not act."""
        if self.can(permission):
            return
        if permission.endswith(".view"):
            raise NotFound
        raise Forbidden(_("Your role does not include this. Ask an owner of your organisation."))


def actor_for(member: Member) -> Actor:
    return Actor(
        label=f"member:{member.id}",
        organisation_id=member.organisation_id,
        organisation_name=member.organisation.name,
        user_name=member.name,
        role=member.role,
        member_id=member.id,
    )


def system_actor(organisation: Organisation) -> Actor:
    """The installation itself: its commands and sweeps, within one organisation."""
    return Actor(
        label="system",
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        user_name="Amparo",
        role="owner",
    )


def memberships(account_id: int) -> list[Member]:
    """The person's present memberships, oldest first."""
    query = select(Member).where(Member.account_id == account_id, Member.left_at.is_(None))
    return list(db.session.scalars(query.order_by(Member.joined_at, Member.id)))


def find_actor() -> Actor | None:
    """The actor of the request at hand: a token's, or the signed-in member of the chosen organisation."""
    if "actor" not in g:
        g.actor = _signed_in_actor()
    return g.actor


def _signed_in_actor() -> Actor | None:
    if not current_user or not current_user.is_authenticated:
        return None
    mine = memberships(current_user.id)
    chosen = next((each for each in mine if each.organisation_id == session.get("organisation_id")), None)
    member = chosen or (mine[0] if mine else None)
    return actor_for(member) if member else None


def current_actor() -> Actor:
    """Raises NotFound where nobody, or somebody without an organisation, is asking."""
    actor = find_actor()
    if actor is None:
        raise NotFound
    return actor


def requires(
    permission: str | None = None, *, fresh: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a staff page: sign-in first, then the permission (None: every member may), then what
    `assurance` asks for. `fresh`: the sign-in must be of the last half hour.
    """

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if find_actor() is None and not current_user.is_authenticated:
                return redirect(url_for("security.login", next=_here()))
            actor = current_actor()
            if permission is not None:
                actor.require(permission)
            aside = assurance.turn_aside(actor.role, fresh=fresh or assurance.needs_fresh(permission))
            if aside:
                return aside
            assurance.spend_export(actor.label)
            return view(*args, **kwargs)

        guarded.guard = permission or "member"  # pyright: ignore[reportAttributeAccessIssue]
        return guarded

    return guard


def _here() -> str:
    """Where to come back to after signing in; a form that was not sent cannot be come back to."""
    if request.method != "GET":
        return "/staff/"
    return request.full_path if request.query_string else request.path
