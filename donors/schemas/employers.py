"""What a form or a JSON body may say about an employer's match, and what software gets back."""

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from donors.employers.employer_match import LONGEST_EMPLOYER, STATES
from legal.schemas.said import AmountOut


class EmployerIn(Schema):
    """Whom to ask; empty for the employer that was named with the gift."""

    employer = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_EMPLOYER),
        metadata={
            "label": lazy_gettext("Your employer"),
            "hint": lazy_gettext("Left empty, the one you named with the gift."),
            "autocomplete": "organization",
            "maxlength": LONGEST_EMPLOYER,
        },
    )


class EmployerPaymentIn(Schema):
    """What arrived from the employer."""

    def __init__(self, *, currency: str = "USD") -> None:
        super().__init__()
        self.context_currency = currency

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount")})
    received_on = fields.Date(required=True, metadata={"label": lazy_gettext("Arrived on")})


class UndoIn(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("What was wrong"),
            "hint": lazy_gettext("Kept in the audit trail."),
            "maxlength": 500,
        },
    )


class EmployerMatchOut(ma.Schema):
    id = fields.String(required=True)
    gift_id = fields.String(required=True)
    employer = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STATES)))
    asked_by = fields.String(required=True, validate=validate.OneOf(["donor", "staff"]))
    asked_at = fields.AwareDateTime(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    paid = fields.Nested(AmountOut, required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
