"""The API of giving is one blueprint under /api/v1."""

from flask_smorest import Blueprint

bp = Blueprint(
    "giving-api", __name__, url_prefix="/api/v1", description="Gifts, recurring gifts, donors, receipts"
)
