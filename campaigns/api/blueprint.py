"""The API of campaigns/ shares one blueprint."""

import flask_smorest

bp = flask_smorest.Blueprint(
    "campaigns-api",
    __name__,
    url_prefix="/api/v1",
    description="Campaigns, partners, drives, funds and their ledger, clients by persona, updates",
)
