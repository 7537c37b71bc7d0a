"""The staff pages of legal/ share one blueprint under /staff."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy import select

from core.db import db, transaction
from core.errors import Invalid, answer_refusal
from core.forms import Form
from legal import utbms
from legal.matters.screen import Screened
from staff import audit
from staff.access import current_actor, find_actor
from staff.member import Member

bp = Blueprint("legal", __name__, url_prefix="/staff")


@bp.context_processor
def what_templates_know() -> dict[str, Any]:
    """Who is asking, and the codes that type-ahead offers."""
    return {
        "actor": find_actor(),
        "utbms_tasks": utbms.tasks(),
        "utbms_activities": utbms.codes("activity"),
        "utbms_expenses": utbms.codes("expense"),
        "utbms_name": lambda code: utbms.catalogue()[code].name,
    }


def names_of(member_ids: Sequence[str]) -> list[str]:
    """The names of these members, in this order."""
    found = {
        each.id: each.name for each in db.session.scalars(select(Member).where(Member.id.in_(member_ids)))
    }
    return [found[member_id] for member_id in member_ids]


def refuse(form: Form, refusal: Invalid, *, named: Mapping[str, str] | None = None) -> None:
    """Show a refusal in a form that calls some fields otherwise (minutes are typed as a duration)."""
    names = named or {}
    form.refuse(Invalid({names.get(field, field): texts for field, texts in refusal.errors.items()}))


def chosen_ids(field: str, *, most: int = 1000) -> list[str]:
    """The ticked boxes of a list form; a request that ticks more than a list shows is no form of ours."""
    ticked = request.form.getlist(field)
    if len(ticked) > most:
        abort(413)
    return ticked


@bp.errorhandler(Screened)
def answer_screened(refusal: Screened) -> Any:
    """As if it were not there; that somebody tried stands in the audit trail, which hides it from them."""
    with transaction():
        audit.record(current_actor(), "matter.denied", refusal.matter_id)
    return answer_refusal(refusal)
