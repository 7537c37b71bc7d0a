"""The API of campaigns/ shares one blueprint."""

from flask_smorest import Blueprint

bp = Blueprint(
    "campaigns-api",
    __name__,
    url_prefix="/api/v1",
    description="Campaigns, partners, drives, funds and their ledger, clients by persona, updates",
)
