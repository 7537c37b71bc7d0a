"""What a form or a JSON body may say about costs."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from core.uploads import UploadField
from legal.costs.claiming import Cost
from legal.costs.expense import CATEGORIES
from legal.costs.receipt import RECEIPTS
from legal.schemas import choices


class CostIn(Schema):
    """A cost, without the matter that it belongs to."""

    fund_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Paid from"), "kind": "select", "options": choices.funds},
    )
    expense_code = fields.String(
        required=True, metadata={"label": lazy_gettext("Kind of cost"), "list": "utbms-expenses"}
    )
    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount")})
    incurred_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    description = fields.String(
        required=True,
        validate=validate.Length(max=1000),
        metadata={
            "label": lazy_gettext("What was bought"),
            "hint": lazy_gettext("Not public. The public sees the category, the amount and the month."),
            "kind": "textarea",
            "maxlength": 1000,
            "rows": 3,
        },
    )
    category = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.OneOf(list(CATEGORIES)),
        metadata={
            "label": lazy_gettext("Public category"),
            "hint": lazy_gettext("Empty takes the usual one of the kind of cost."),
            "kind": "select",
            "options": [("", lazy_gettext("The usual one")), *CATEGORIES.items()],
        },
    )

    fee_item = fields.String(
        load_default="",
        validate=validate.Length(max=120),
        metadata={
            "label": lazy_gettext("Fee of the schedule"),
            "hint": lazy_gettext("A different amount is warned about, not refused."),
            "kind": "select",
            "options": choices.fees,
        },
    )

    @ma.post_load
    def as_cost(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        beside = {name: data.pop(name) for name in ("matter_id", "receipt") if name in data}
        return {**beside, "cost": Cost(**data)}


class ExpenseIn(CostIn):
    """A new claim."""

    matter_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Matter"), "kind": "select", "options": choices.matters},
    )

    class Meta(Schema.Meta):
        fields = (
            *("matter_id", "fund_id", "expense_code", "amount", "incurred_on"),
            *("description", "category", "fee_item"),
        )


def _receipt(*, required: bool) -> UploadField:
    return UploadField(
        RECEIPTS,
        required=required,
        metadata={
            "label": lazy_gettext("Receipt"),
            "hint": lazy_gettext("PDF, JPEG, PNG or WebP, up to 8 MB. Not public."),
        },
    )


class ExpenseFormIn(ExpenseIn):
    """A new claim as a page sends it: its receipt may come along."""

    receipt = _receipt(required=False)

    class Meta(Schema.Meta):
        fields = (*ExpenseIn.Meta.fields, "receipt")


class ReceiptIn(Schema):
    """One more receipt of a claim."""

    receipt = _receipt(required=True)


class CostRuleIn(Schema):
    """From which amount on a cost needs a second approval."""

    above = MoneyField(
        required=True,
        allow_zero=True,
        metadata={
            "label": lazy_gettext("Two approvals above"),
            "hint": lazy_gettext("Zero asks for two in every case."),
        },
    )


class ExpenseRefundIn(Schema):
    """What came back of a paid cost."""

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount that came back")})
    received_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={"label": lazy_gettext("Why it came back"), "maxlength": 500, "autocomplete": "off"},
    )
