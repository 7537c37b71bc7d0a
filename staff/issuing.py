"""API tokens: made and revoked by owners."""

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, NotFound
from staff import audit
from staff.access import ALL_PERMISSIONS, Actor
from staff.api_token import ApiToken, digest_of, new_secret

#: No software makes tokens or opens a sealed identity: those doors are for people.
SCOPES = ALL_PERMISSIONS - {"tokens.manage", "clients.identity", "texts.approve"}
MOST_LIVE = 100


def list_tokens(actor: Actor) -> list[ApiToken]:
    """The organisation's live tokens and the last revoked ones, newest first."""
    actor.require("tokens.manage")
    query = select(ApiToken).where(ApiToken.organisation_id == actor.organisation_id)
    return list(
        db.session.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.id).limit(2 * MOST_LIVE))
    )


def issue(actor: Actor, *, name: str, scopes: list[str]) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once and kept nowhere."""
    actor.require("tokens.manage")
    if actor.member_id is None:
        raise Forbidden(_("A token is made by a person."))
    unknown = set(scopes) - SCOPES
    if unknown or not scopes:
        raise Invalid({"scopes": [_("Choose at least one of the scopes.")]})
    live = [each for each in list_tokens(actor) if each.is_live]
    if len(live) >= MOST_LIVE:
        raise Conflict("too_many_tokens", _("Revoke tokens that nobody uses before making another."))
    secret = new_secret()
    token = ApiToken(
        organisation_id=actor.organisation_id,
        name=name,
        ending=secret[-4:],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        created_by_id=actor.member_id,
    )
    db.session.add(token)
    db.session.flush()
    audit.record(actor, "token.issue", token.id, after={"name": name, "scopes": token.scopes})
    return token, secret


def revoke(actor: Actor, token_id: str) -> ApiToken:
    """End a token; it stops at once. Revoking twice changes nothing."""
    actor.require("tokens.manage")
    token = db.session.get(ApiToken, token_id)
    if token is None or token.organisation_id != actor.organisation_id:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(actor, "token.revoke", token.id, before={"name": token.name, "scopes": token.scopes})
    return token
