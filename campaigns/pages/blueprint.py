"""The staff pages of campaigns/ share one blueprint, and what their templates know."""

from typing import Any

from flask import Blueprint, url_for

from campaigns.clearance.steps import find_clearance_id
from campaigns.timeline.timeline_entry import HAPPENINGS
from core.markup import to_html

bp = Blueprint("campaigns", __name__, url_prefix="/staff")


@bp.context_processor
def what_templates_know() -> dict[str, Any]:
    return {"to_html": to_html, "happenings": HAPPENINGS, "text_address": text_address}


def text_address(subject_id: str) -> str:
    """The page that shows how far the words of a campaign, drive, update or timeline entry have come."""
    clearance_id = find_clearance_id(subject_id)
    return url_for("campaigns.text", clearance_id=clearance_id) if clearance_id else ""
