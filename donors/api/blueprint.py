"""The API of giving is one blueprint under /api/v1."""

import flask_smorest

bp = flask_smorest.Blueprint(
    "giving-api", __name__, url_prefix="/api/v1", description="Gifts, recurring gifts, donors, receipts"
)
