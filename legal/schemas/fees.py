"""What a form, a JSON body or a row of a CSV file may say about published fees and gifts in kind."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.funds.purposes import COSTS
from core.errors import Invalid, flatten
from core.forms import MoneyField, Schema
from core.web import csv_in
from legal.costs.fee_schedule import Fee
from legal.costs.in_kind import Given
from legal.schemas import choices

_KEY = validate.Regexp(r"^[a-z0-9_]{1,40}\Z")
COLUMNS = ("authority", "item", "name", "amount", "valid_from", "valid_to", "source")
MOST_ROWS = 500


class FeeIn(Schema):
    """One published fee."""

    authority = fields.String(required=True, validate=_KEY)
    item = fields.String(required=True, validate=_KEY)
    name = fields.String(required=True, validate=validate.Length(max=120))
    amount = MoneyField(required=True, allow_zero=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    source = fields.String(required=True, validate=validate.Length(max=500))

    @ma.post_load
    def as_fee(self, data: dict[str, Any], **kwargs: Any) -> Fee:
        return Fee(**data)


class FeesIn(Schema):
    """Several at once: all are loaded, or none."""

    fees = fields.List(fields.Nested(FeeIn), required=True, validate=validate.Length(min=1, max=MOST_ROWS))


class FeeRowsIn(Schema):
    """The same as the text of a CSV file."""

    rows = fields.String(
        required=True,
        validate=validate.Length(max=100_000),
        metadata={
            "label": lazy_gettext("Rows"),
            "hint": lazy_gettext(
                "CSV, the first line: authority,item,name,amount,valid_from,valid_to,source"
            ),
            "kind": "textarea",
            "rows": 6,
        },
    )


def read_rows(text: str) -> list[Fee]:
    """The fees of a CSV text. Raises Invalid on rows, naming line and field."""
    columns, rows = csv_in.read(text, field="rows")
    if columns != COLUMNS:
        raise Invalid({"rows": [_("The first line must be %(columns)s.", columns=",".join(COLUMNS))]})
    read: list[Fee] = []
    wrong: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            if None in row or None in row.values():
                raise ma.ValidationError({"_": [_("has another number of columns")]})
            read.append(_load(row))
        except ma.ValidationError as refusal:
            wrong += [
                _("Line %(number)s, %(field)s: %(text)s", number=number, field=field, text=" ".join(texts))
                for field, texts in flatten(refusal.messages).items()
            ]
    if wrong or not read:
        raise Invalid({"rows": wrong or [_("There is no row in it.")]})
    return read


def _load(row: Mapping[str, str]) -> Any:
    return FeeIn().load(dict(row))


class InKindIn(Schema):
    """A donated service and its value."""

    matter_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Matter"), "kind": "select", "options": choices.matters},
    )
    category = fields.String(
        required=True,
        validate=validate.OneOf(list(COSTS)),
        metadata={
            "label": lazy_gettext("Public category"),
            "kind": "select",
            "options": list(COSTS.items()),
        },
    )
    value = MoneyField(
        required=True,
        metadata={
            "label": lazy_gettext("Estimated value"),
            "hint": lazy_gettext("What it would have cost. No money is raised or spent for it."),
        },
    )
    given_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    description = fields.String(
        required=True,
        validate=validate.Length(max=1000),
        metadata={
            "label": lazy_gettext("What was given"),
            "hint": lazy_gettext("Not public."),
            "kind": "textarea",
            "rows": 2,
            "maxlength": 1000,
        },
    )
    method = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("How the value was found"),
            "hint": lazy_gettext("Such as: 6 hours at the usual 65.00 of this interpreter."),
            "maxlength": 500,
            "autocomplete": "off",
        },
    )

    @ma.post_load
    def as_given(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"matter_id": data.pop("matter_id"), "given": Given(**data)}


class InKindDecisionIn(Schema):
    accept = fields.Boolean(required=True)


class OnIn(Schema):
    on = fields.Date(load_default=None, allow_none=True)
