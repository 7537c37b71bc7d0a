"""What staff and software say about money that does not match, and a row of a bank's file."""

from typing import Any, cast

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.errors import Invalid, flatten
from core.forms import Schema
from core.money import EXPONENTS, Money, NotMoney
from core.web.plain_words import plain
from legal.schemas.said import AmountOut


class ExplainSchema(Schema):
    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("Kept in the audit trail.")},
    )
    fund_id = fields.Str(
        load_default="",
        metadata={"description": "A fund that the money is put into; `all` spreads a payout by hand"},
    )


class BankRowSchema(Schema):
    """One line of a bank's file; an amount out of the account is below zero."""

    date = fields.Date(required=True)
    amount = fields.Str(required=True)
    currency = fields.Str(load_default="USD", validate=validate.OneOf(list(EXPONENTS)))
    text = fields.Str(load_default="", validate=validate.Length(max=500))
    id = fields.Str(validate=validate.Length(max=100))


def load_bank_row(raw: dict[str, str]) -> dict[str, Any]:
    """Raises Invalid on the field."""
    try:
        row: dict[str, Any] = cast(Any, BankRowSchema().load(raw))
    except ma.ValidationError as refusal:
        texts = flatten(refusal.messages)
        raise Invalid({name: [plain(each) for each in said] for name, said in texts.items()}) from None
    sign, digits = (-1, row["amount"][1:]) if row["amount"].startswith("-") else (1, row["amount"])
    try:
        row["amount"] = Money(Money.parse(digits, row["currency"]).minor * sign, row["currency"])
    except NotMoney:
        raise Invalid({"amount": [_("Write the amount in digits, like 50 or -12.50.")]}) from None
    return row


class CurrencyIn(Schema):
    """Which columns: those of one currency."""

    currency = fields.String(load_default="", validate=validate.OneOf(["", *EXPONENTS]))


class ColumnsOut(PlainSchema):
    """One line of the three columns; null where a column does not know of it."""

    name = fields.String(required=True)
    currency = fields.String(required=True)
    at_stripe = fields.Nested(AmountOut, required=True, allow_none=True)
    in_ledger = fields.Nested(AmountOut, required=True, allow_none=True)
    in_bank = fields.Nested(AmountOut, required=True, allow_none=True)
    agrees = fields.Boolean(required=True)


class DifferenceOut(PlainSchema):
    subject = fields.String(required=True, metadata={"description": "What to explain"})
    kind = fields.String(required=True, validate=validate.OneOf(("ledger", "unknown", "payout", "bank")))
    at_stripe = fields.Nested(AmountOut, required=True, allow_none=True)
    in_ledger = fields.Nested(AmountOut, required=True, allow_none=True)
    in_bank = fields.Nested(AmountOut, required=True, allow_none=True)
    text = fields.String(required=True)


class ThreeColumnsOut(PlainSchema):
    columns = fields.List(fields.Nested(ColumnsOut), required=True)
    differences = fields.List(fields.Nested(DifferenceOut), required=True)


class BankFileIn(Schema):
    """A bank's CSV file as text."""

    csv = fields.String(
        required=True,
        validate=validate.Length(min=1, max=2 * 1024 * 1024),
        metadata={"description": "The first line names the columns: date, amount, text, currency, id"},
    )


class BankFileOut(PlainSchema):
    lines = fields.Integer(required=True)
    new = fields.Integer(required=True)
    matched = fields.Integer(required=True)


class BankLineOut(PlainSchema):
    id = fields.String(required=True)
    on_day = fields.Date(required=True)
    amount = fields.Nested(AmountOut, required=True)
    text = fields.String(required=True)
    payout_id = fields.String(required=True, allow_none=True)
    imported_at = fields.AwareDateTime(required=True)


class BankMatchIn(Schema):
    """The payout that a line of the bank is."""

    payout_id = fields.String(required=True, validate=validate.Length(max=255))
