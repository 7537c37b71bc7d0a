"""The donors' own pages share one blueprint, what their templates know, and who is there."""

from typing import Any

from flask import Blueprint, Response, session

from core import clock
from core.db import db
from core.errors import NotFound
from donors import words
from donors.employers.employer_match import STATES as MATCH_STATES
from donors.people.donor import Donor, persons_at
from donors.people.sign_in_link import SignInLink
from donors.receipts import links
from donors.recurring.recurring_gift import RecurringGift

bp = Blueprint("my", __name__, url_prefix="/my")
#: So long a donor stays signed in.
HOURS = 2


@bp.after_request
def keep_to_yourself(response: Response) -> Response:
    """Nothing of these pages is kept by anybody on the way, and their addresses open things."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.context_processor
def what_templates_know() -> dict[str, Any]:
    return {
        "gift_states": words.GIFT_STATES,
        "promise_states": words.PROMISE_STATES,
        "rhythms": words.RHYTHM_NAMES,
        "tones": words.TONES,
        "match_states": MATCH_STATES,
        "email": signed_in_email(),
    }


def sign_in(link: SignInLink) -> None:
    session["my"] = {"link": link.id, "until": clock.now().timestamp() + HOURS * 3600}


def signed_in_email() -> str | None:
    """The address whose owner is there, or None."""
    known = session.get("my")
    if not known or known["until"] < clock.now().timestamp():
        return None
    link = db.session.get(SignInLink, known["link"])
    return link.email if link is not None and link.used_at is not None else None


def donors_here() -> list[Donor]:
    """Who is signed in, as each organisation knows them. Raises NotFound where nobody is."""
    email = signed_in_email()
    if email is None:
        raise NotFound
    return persons_at(email)


def promise_of(token: str) -> RecurringGift:
    """The recurring gift that a signed link names. Raises NotFound."""
    recurring_gift_id = links.read(token, links.RECURRING)
    promise = db.session.get(RecurringGift, recurring_gift_id) if recurring_gift_id else None
    if promise is None:
        raise NotFound
    return promise
