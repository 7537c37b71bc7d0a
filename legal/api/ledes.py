"""LEDES 1998B for software: a period's invoice out, hours of a file in."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from core.db import transaction
from legal.api.blueprint import bp
from legal.ledes.exporting import export_ledes
from legal.ledes.importing import Into, import_ledes
from staff.access import current_actor
from staff.bearer import token_required


class LedesPeriodIn(Schema):
    """Which days, both included."""

    starts_on = fields.Date(required=True, data_key="from")
    ends_on = fields.Date(required=True, data_key="to")
    with_narratives = fields.Boolean(
        load_default=False, metadata={"description": "The words in place of the task's name"}
    )


class LedesIn(Schema):
    """A whole file. `preview` writes nothing."""

    file = fields.String(required=True)
    preview = fields.Boolean(load_default=False)
    fund_id = fields.String(
        load_default="", metadata={"description": "Claims the expense lines of this fund"}
    )
    law_firm_matter_id = fields.String(
        load_default="", metadata={"description": "Which matter of the file, where it speaks of several"}
    )


class LedesImportOut(Schema):
    entries = fields.Integer(required=True, metadata={"description": "Drafts written"})
    expenses = fields.Integer(required=True, metadata={"description": "Costs claimed"})
    already_here = fields.Integer(required=True)
    costs = fields.Integer(required=True, metadata={"description": "Expense lines, left to a person"})
    adjustments = fields.Integer(required=True)
    other_matters = fields.Integer(required=True, metadata={"description": "Lines of other matters"})
    invoices = fields.List(fields.String(), required=True)


@bp.get("/matters/<matter_id>/ledes")
@token_required("hours.view")
@bp.arguments(LedesPeriodIn, location="query")
@bp.response(200, {"type": "string"}, content_type="text/plain")
def read_ledes(query: dict[str, Any], matter_id: str) -> Response:
    """Approved hours and paid costs of the organisation as LEDES 1998B. 409 `ledes_refused` names line and
    field of what is missing, such as a rate or the organisation's tax id."""
    with transaction():
        text = export_ledes(current_actor(), matter_id, **query)
    return Response(text, content_type="text/plain; charset=us-ascii")


@bp.post("/matters/<matter_id>/ledes")
@token_required("hours.enter")
@bp.arguments(LedesIn)
@bp.response(200, LedesImportOut)
def create_from_ledes(body: dict[str, Any], matter_id: str) -> dict[str, Any]:
    """Write the fee lines of a file as drafts, and with a fund its expense lines as claims: all of them, or none.
    409 `ledes_refused` says line and field."""
    into = Into(matter_id=matter_id, fund_id=body["fund_id"], law_firm_matter_id=body["law_firm_matter_id"])
    with transaction() as session:
        done = import_ledes(current_actor(), body["file"], into)
        told = {
            "entries": len(done.entries),
            "expenses": len(done.expenses),
            "already_here": done.already_here,
            "costs": done.costs,
            "adjustments": done.adjustments,
            "other_matters": done.other_matters,
            "invoices": sorted(done.invoices),
        }
        if body["preview"]:
            session.rollback()
    return told
