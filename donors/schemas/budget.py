"""What a form or a JSON body may say about a drive's budget, and what software gets back."""

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.schemas.campaign import looked_at_field, version_field
from core.forms import MoneyField, Schema
from legal.budget.stage import LONGEST_NAME
from legal.budget.stage_terms import phase_codes
from legal.budget.staging import phases_of
from legal.schemas.said import AmountOut


def _phase_options() -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in phase_codes()]


class StageNameIn(Schema):
    """Of a stage that is not planned any more the name alone may change: it still stands on the page."""

    name = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_NAME),
        metadata={
            "label": lazy_gettext("Name of the stage"),
            "hint": lazy_gettext("Public. Like: Filing, Hearing, Appeal. No dates and no places."),
            "maxlength": LONGEST_NAME,
            "autocomplete": "off",
        },
    )
    version = version_field()
    looked_at = looked_at_field()


class StageEditIn(StageNameIn):
    """A stage as it may be changed later."""

    #: Set by the page to the drive's; a JSON body brings its own.
    context_currency = "USD"

    estimate = MoneyField(
        required=True,
        metadata={
            "label": lazy_gettext("Estimate"),
            "hint": lazy_gettext(
                "What it costs in money. Once the drive is public, the page tells each change."
            ),
        },
    )
    expected_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy_gettext("Expected on"),
            "hint": lazy_gettext("For staff alone, never on a page."),
        },
    )
    phases = fields.List(
        fields.String(validate=validate.Length(max=8)),
        load_default=list,
        metadata={
            "label": lazy_gettext("Phases of the case whose hours belong here"),
            "hint": lazy_gettext("The page tells the hours of these phases as published reports tell them."),
            "kind": "checkboxes",
            "options": _phase_options,
        },
    )


class StageIn(StageEditIn):
    """A new stage, at the end of the budget."""

    class Meta(Schema.Meta):
        fields = (*("name", "estimate", "is_bond", "expected_on", "phases", "looked_at"),)

    is_bond = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("This stage is the bond"),
            "hint": lazy_gettext("A deposit, not a cost. The bonds of the drive's fund are counted here."),
        },
    )


class StageOrderIn(Schema):
    """All planned stages in the order in which they are paid for."""

    stage_ids = fields.List(fields.String(validate=validate.Length(max=40)), required=True)


class StageMoveIn(Schema):
    by = fields.Integer(required=True, validate=validate.OneOf([-1, 1]))


class StageOut(ma.Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    position = fields.Integer(required=True)
    name = fields.String(required=True)
    is_bond = fields.Boolean(required=True)
    estimate = fields.Nested(AmountOut, required=True)
    expected_on = fields.Date(required=True, allow_none=True)
    dropped_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)
    phases = fields.Function(
        lambda stage: phases_of(stage.id),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )


class StageEstimateOut(ma.Schema):
    amount = fields.Nested(AmountOut, required=True)
    was_public = fields.Boolean(required=True)
    set_at = fields.AwareDateTime(required=True)


class StageCostsOut(ma.Schema):
    invoiced_minor = fields.Integer(required=True)
    approved_minor = fields.Integer(required=True)
    paid_minor = fields.Integer(required=True)


class StageBondOut(ma.Schema):
    posted_minor = fields.Integer(required=True, allow_none=True)
    held_minor = fields.Integer(required=True, allow_none=True)
    told_with = fields.String(required=True, allow_none=True)


class StageProBonoOut(ma.Schema):
    hours = fields.Float(required=True)
    in_kind_minor = fields.Integer(required=True)


class StageFiguresOut(ma.Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    is_bond = fields.Boolean(required=True)
    estimate_minor = fields.Integer(required=True, allow_none=True)
    given_minor = fields.Integer(required=True, allow_none=True)
    costs = fields.Nested(StageCostsOut, required=True, allow_none=True)
    bond = fields.Nested(StageBondOut, required=True, allow_none=True)
    pro_bono = fields.Nested(StageProBonoOut, required=True)
    estimate_before_minor = fields.Integer(required=True, allow_none=True)
    estimate_changed_at = fields.String(required=True, allow_none=True)
    dropped_on = fields.String(required=True, allow_none=True)


class NextStageOut(ma.Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    lacks_minor = fields.Integer(required=True, allow_none=True)


class BudgetOut(ma.Schema):
    """The budget of the public page, from the same source; to staff with the bond's amounts."""

    currency = fields.String(required=True)
    stages = fields.List(fields.Nested(StageFiguresOut), required=True)
    next = fields.Nested(NextStageOut, required=True, allow_none=True)
