"""What staff and software send about donors who are one person, and what software hears."""

from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.forms import Schema
from staff.schemas import PieceIn


def _reason(label: object, hint: object) -> fields.String:
    length = validate.Length(min=3, max=500)
    return fields.String(required=True, validate=length, metadata={"label": label, "hint": hint})


class MergeSchema(Schema):
    """The other donor, why they are one person, and which preview was read."""

    absorbed_id = fields.String(required=True, metadata={"kind": "hidden", "label": lazy_gettext("Donor")})
    seen = fields.String(load_default="", metadata={"kind": "hidden", "label": lazy_gettext("Preview")})
    reason = _reason(lazy_gettext("How you know"), lazy_gettext("Kept in the audit trail."))


class UndoMergeSchema(Schema):
    reason = _reason(lazy_gettext("Why"), lazy_gettext("Kept in the audit trail."))


class MergeIn(Schema):
    absorbed_id = fields.String(required=True, metadata={"description": "Who becomes another address"})
    reason = fields.String(required=True, validate=validate.Length(min=3, max=500))


class PairIn(Schema):
    one_id = fields.String(required=True)
    other_id = fields.String(required=True)


class PreviewIn(Schema):
    absorbed_id = fields.String(required=True)


class SuggestionOut(PlainSchema):
    first_id = fields.String(required=True, metadata={"description": "Who was seen first"})
    second_id = fields.String(required=True)
    why = fields.String(required=True, validate=validate.OneOf(("same_address", "same_name")))


class DuplicatePieceIn(PieceIn):
    q = fields.String(load_default="", metadata={"description": "Part of a name or an address of either"})


class MergeOut(PlainSchema):
    id = fields.String(required=True)
    kept_id = fields.String(required=True)
    absorbed_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("merged", "undone")))
    reason = fields.String(required=True)
    merged_by = fields.String(required=True)
    merged_at = fields.AwareDateTime(required=True)
    undone_at = fields.AwareDateTime(required=True, allow_none=True)


class SideOut(PlainSchema):
    id = fields.String(required=True, attribute="donor.id")
    gifts = fields.Integer(required=True)
    receipts = fields.Integer(required=True)
    recurring_gifts = fields.Function(lambda side: len(side.promises), required=True)


class FigureChangeOut(PlainSchema):
    drive_id = fields.String(required=True, attribute="drive.id")
    donors = fields.List(fields.Integer(), required=True, metadata={"description": "Now and afterwards"})
    new_monthly_donors = fields.List(fields.Integer(), required=True)
    is_frozen = fields.Boolean(required=True, metadata={"description": "The figures at the close stay"})


class PreviewOut(PlainSchema):
    kept = fields.Nested(SideOut, required=True)
    absorbed = fields.Nested(SideOut, required=True)
    figures = fields.List(fields.Nested(FigureChangeOut), required=True)
