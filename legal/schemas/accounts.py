"""What a form or a query may say about the books, and what software gets back."""

from datetime import date
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.accounts.recognition import CHOICES
from legal.schemas import choices
from legal.schemas.said import AmountOut


class PeriodIn(Schema):
    """Days of a year's books, both included."""

    starts_on = fields.Date(required=True, metadata={"label": lazy_gettext("From")})
    ends_on = fields.Date(required=True, metadata={"label": lazy_gettext("To")})

    @ma.validates_schema
    def in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        first, last = data.get("starts_on"), data.get("ends_on")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            raise ma.ValidationError(_("The last day comes before the first."), "ends_on")


class RecognitionIn(Schema):
    """Whether services given on a matter were given to the organisation."""

    matter_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Matter"), "kind": "select", "options": choices.matters},
    )
    recognition = fields.String(
        required=True,
        validate=validate.OneOf(list(CHOICES)),
        metadata={
            "label": lazy_gettext("Recognition"),
            "kind": "select",
            "options": list(CHOICES.items()),
        },
    )
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Reason"),
            "hint": lazy_gettext("The auditors read it."),
            "maxlength": 500,
            "autocomplete": "off",
        },
    )


class ServiceOut(ma.Schema):
    category = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    program = fields.String(required=True)
    matter_id = fields.String(required=True)
    technique = fields.String(required=True)
    recognition = fields.String(required=True)
    reason = fields.String(required=True)


class PackOut(ma.Schema):
    """Services are never in `contributions`; `recognised` reconciles the statements with Form 990."""

    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    contributions = fields.Nested(AmountOut, required=True)
    interest = fields.Nested(AmountOut, required=True)
    expenses = fields.Nested(AmountOut, required=True)
    released = fields.Nested(AmountOut, required=True)
    net_assets = fields.Nested(AmountOut, required=True)
    recognised = fields.Nested(AmountOut, required=True)
    disclosed = fields.Nested(AmountOut, required=True)
    revenue_per_statements = fields.Nested(AmountOut, required=True)
    revenue_per_return = fields.Nested(AmountOut, required=True)
    expenses_per_statements = fields.Nested(AmountOut, required=True)
    expenses_per_return = fields.Nested(AmountOut, required=True)
    services = fields.List(fields.Nested(ServiceOut), required=True)


class RecognitionOut(ma.Schema):
    matter_id = fields.String(required=True)
    recognition = fields.String(required=True)
    reason = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True)
