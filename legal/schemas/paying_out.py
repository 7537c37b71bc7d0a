"""What a form or a JSON body may say about payment runs and the accounts they pay to."""

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.costs.payee_account import KINDS, LONGEST_HOLDER, LONGEST_NUMBER
from legal.costs.paying_out import LONGEST, MOST_CLAIMS
from legal.schemas.said import AmountOut


class PayeeAccountIn(Schema):
    """A bank account in the United States."""

    holder = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_HOLDER),
        metadata={"label": lazy_gettext("Name on the account"), "autocomplete": "name"},
    )
    routing = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Routing number"),
            "hint": lazy_gettext("Nine digits, at the bottom left of a check."),
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": 9,
        },
    )
    number = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Account number"),
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": LONGEST_NUMBER,
        },
    )
    kind = fields.String(
        load_default="checking",
        metadata={"label": lazy_gettext("Kind"), "kind": "radio", "options": list(KINDS.items())},
    )


class BankOriginIn(Schema):
    """How the bank knows the organisation, as its ACH agreement says."""

    bank_name = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST["bank_name"]),
        metadata={"label": lazy_gettext("Bank")},
    )
    routing = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Routing number"), "inputmode": "numeric", "maxlength": 9},
    )
    company_name = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST["company_name"]),
        metadata={
            "label": lazy_gettext("Company name"),
            "hint": lazy_gettext("Payees read its first 16 letters in their statement."),
        },
    )
    company_id = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST["company_id"]),
        metadata={
            "label": lazy_gettext("Company id"),
            "hint": lazy_gettext("Ten characters that the bank gave, often a 1 and the tax id."),
        },
    )


class PaymentRunIn(Schema):
    """Which approved claims, and on which working day the bank pays them."""

    expense_ids = fields.List(
        fields.String(), required=True, validate=validate.Length(min=1, max=MOST_CLAIMS)
    )
    effective_on = fields.Date(required=True, metadata={"label": lazy_gettext("Paid on")})


class PaymentDayIn(Schema):
    """The day alone: the claims are ticked in a table."""

    effective_on = fields.Date(
        required=True,
        metadata={
            "label": lazy_gettext("Paid on"),
            "hint": lazy_gettext("A working day within the next 30 days."),
        },
    )


class PaymentRunOut(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)
    effective_on = fields.Date(required=True)
    claims = fields.Integer(required=True)
    amount = fields.Nested(AmountOut, required=True)
    made_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
