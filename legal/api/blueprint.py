"""The API of legal/ is one blueprint under /api/v1."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from core.db import transaction
from core.errors import answer_refusal
from legal.matters.screen import Screened
from staff import audit
from staff.access import current_actor
from staff.schemas import PieceIn

bp = Blueprint(
    "legal-api", __name__, url_prefix="/api/v1", description="Hours, costs, bonds, codes and rates"
)


class TimeEntriesIn(PieceIn):
    """Which time entries."""

    state = fields.String()
    matter_id = fields.String()


class StateIn(PieceIn):
    """Which state."""

    state = fields.String()


@bp.errorhandler(Screened)
def answer_screened(refusal: Screened) -> Any:
    """As if it were not there; that somebody tried stands in the audit trail, which hides it from them."""
    with transaction():
        audit.record(current_actor(), "matter.denied", refusal.matter_id)
    return answer_refusal(refusal)
