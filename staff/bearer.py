"""API views: who asks is told by `Authorization: Bearer amp_…` alone, never by a cookie.

@bp.get("/drives")
@token_required("campaigns.view")
@bp.response(200, DriveOut(many=True))
def list_drives(): ...
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, after_this_request, g, request
from flask_babel import gettext as _
from flask_smorest import Api

from core import clock
from core.db import db, transaction
from core.errors import Forbidden, NotFound, Refusal
from core.web.limits import spend
from staff.access import ALL_PERMISSIONS, Actor
from staff.api_token import ApiToken, actor_of, find_live

SCHEME = "bearerAuth"
#: What one token may ask in all.
RULE = "1200 per minute"


class Unauthenticated(Refusal):
    """No token, or one that does not work: which of the two is not told."""

    status, code = 401, "unauthenticated"


class ScopeMissing(Forbidden):
    """The token works, and was not given this scope."""

    code = "scope_missing"


def declare(api: Api) -> None:
    """Say in openapi.json how software proves itself."""
    if api.spec is None:
        raise RuntimeError("declare() comes after the API is bound to the application")
    api.spec.components.security_scheme(
        SCHEME,
        {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "amp_…",
            "description": "A token that an owner makes under /staff/tokens. It is shown once.",
        },
    )


def token_required(permission: str | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard an API view: 401 without a live token, 403 `scope_missing` when it was not given this.

    None lets every live token in.
    """
    if permission is not None and permission not in ALL_PERMISSIONS:
        raise KeyError(permission)

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            token = _presented()
            actor = actor_of(token)
            _check_scope(actor, permission)
            spend(RULE, "api", token.id)
            _note_use(token.id)
            g.actor = actor
            return view(*args, **kwargs)

        guarded.guard = f"token:{permission or 'any'}"  # pyright: ignore[reportAttributeAccessIssue]
        guarded._apidoc = _documented(guarded, permission)  # pyright: ignore[reportAttributeAccessIssue]
        return guarded

    return guard


def _presented() -> ApiToken:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = find_live(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        after_this_request(_ask_for_a_token)
        raise Unauthenticated(_("Send a live token as “Authorization: Bearer amp_…”."))
    return token


def _ask_for_a_token(response: Response) -> Response:
    response.headers["WWW-Authenticate"] = 'Bearer realm="Amparo"'
    return response


def _check_scope(actor: Actor, permission: str | None) -> None:
    if permission is None or actor.can(permission):
        return
    if actor.scopes is not None and permission in actor.scopes:
        raise NotFound  # given, but beyond the role of whoever made the token
    raise ScopeMissing(_("This token was not given the scope %(scope)s.", scope=permission))


def _note_use(token_id: str) -> None:
    """Once a day, in a transaction of its own: reading must not wait for a writer every time."""
    token = db.session.get_one(ApiToken, token_id)
    if token.last_used_on == clock.today():
        return
    with transaction() as session:
        session.get_one(ApiToken, token_id).last_used_on = clock.today()


def _documented(view: Callable[..., Any], permission: str | None) -> dict[str, Any]:
    about = dict(getattr(view, "_apidoc", {}))
    manual = dict(about.get("manual_doc", {}))
    manual["security"] = [{SCHEME: []}]
    manual["responses"] = {"401": "UNAUTHORIZED", "403": "FORBIDDEN"} | dict(manual.get("responses", {}))
    if permission is not None:
        manual["x-scope"] = permission
    about["manual_doc"] = manual
    return about
