"""The published code set."""

from typing import Any

from marshmallow import Schema, fields, validate

from legal import utbms
from legal.api.blueprint import bp
from legal.schemas.said import CodeOut
from staff.bearer import token_required


class CodesIn(Schema):
    """Which codes."""

    kind = fields.String(validate=validate.OneOf(utbms.KINDS))
    q = fields.String(metadata={"description": "Words that code and name have, in any order"})


@bp.get("/utbms-codes")
@bp.etag
@token_required(None)
@bp.arguments(CodesIn, location="query")
@bp.response(200, CodeOut(many=True))
def utbms_codes(query: dict[str, Any]) -> list[utbms.Code]:
    """The UTBMS codes: 5 phases, 29 tasks, 4 counseling codes, 11 activities, 24 expenses."""
    kinds = [query["kind"]] if "kind" in query else utbms.KINDS
    if "q" in query:
        return utbms.find_codes(query["q"], kinds)
    return [code for code in utbms.catalogue().values() if code.kind in kinds]
