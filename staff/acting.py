"""Who answers for what an actor does: the member who is signed in, or the one who made the token.

So nobody gets around approving their own hours by letting their own software do it.
"""

from flask_babel import gettext as _

from core.db import db
from core.errors import Forbidden
from staff.access import Actor
from staff.api_token import ApiToken


def find_answerable(actor: Actor) -> str | None:
    """The id of the member who answers, None for the system itself."""
    if actor.member_id is not None:
        return actor.member_id
    kind, _colon, subject = actor.label.partition(":")
    token = db.session.get(ApiToken, subject) if kind == "token" else None
    return token.created_by_id if token else None


def answerable(actor: Actor) -> str:
    """The same. Raises Forbidden where nobody answers."""
    member_id = find_answerable(actor)
    if member_id is None:
        raise Forbidden(_("A person has to answer for this. Sign in first."))
    return member_id
