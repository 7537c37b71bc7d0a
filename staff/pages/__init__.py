"""The staff pages that belong to no other package: home, people, audit trail, tokens, organisation."""

from typing import Any

from flask import Blueprint, Flask, has_request_context, request
from flask_login import current_user

from staff.access import find_actor, memberships

bp = Blueprint("staff", __name__, url_prefix="/staff")
#: Outside /staff: people who follow an invitation are not staff yet.
joining_bp = Blueprint("joining", __name__)

from staff.pages import (  # noqa: E402
    account,
    audit,
    home,
    jobs,
    joining,
    organisation,
    people,
    proposals,
    tokens,
)

__all__ = [
    "account",
    "audit",
    "home",
    "jobs",
    "joining",
    "organisation",
    "people",
    "proposals",
    "register",
    "tokens",
]


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(joining_bp)
    app.context_processor(_who)


def _who() -> dict[str, Any]:
    """Staff pages know who reads them; public pages are the same bytes for everybody, and must not ask."""
    if not (has_request_context() and request.path.startswith("/staff")):
        return {"actor": None, "organisations": []}
    actor = find_actor()
    mine = memberships(current_user.id) if actor is not None and actor.member_id else []
    return {
        "actor": actor,
        "organisations": [(each.organisation_id, each.organisation.name) for each in mine],
    }
