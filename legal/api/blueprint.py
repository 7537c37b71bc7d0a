"""The API of legal/ is one blueprint under /api/v1."""

import flask_smorest
from marshmallow import fields

from staff.schemas import PieceIn

bp = flask_smorest.Blueprint(
    "legal-api", __name__, url_prefix="/api/v1", description="Hours, costs, bonds, codes and rates"
)


class TimeEntriesIn(PieceIn):
    """Which time entries."""

    state = fields.String()
    matter_id = fields.String()


class StateIn(PieceIn):
    """Which state."""

    state = fields.String()
