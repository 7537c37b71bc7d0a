"""Money that shall move to another fund, as a form or a JSON body asks for it, and what is answered."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.funds import transferring
from campaigns.funds.fund_transfer import CLAUSE, UNRESTRICTED, WITHIN
from campaigns.schemas import choices
from core.forms import MoneyField, Schema


class TransferSchema(Schema):
    """From one fund to another of the same organisation and currency."""

    to_fund_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("To the fund"), "kind": "select", "options": choices.funds},
    )
    amount = MoneyField(
        required=True,
        metadata={
            "label": lazy_gettext("Amount"),
            "type": "object",
            "required": ["minor", "currency"],
            "properties": {"minor": {"type": "integer"}, "currency": {"type": "string"}},
        },
    )
    reason = fields.String(
        required=True,
        validate=validate.Length(max=transferring.LONGEST),
        metadata={
            "label": lazy_gettext("Why it moves"),
            "hint": lazy_gettext(
                "Kept in the audit trail. The public reads the amount and the fund's name alone."
            ),
            "kind": "textarea",
            "rows": 2,
            "maxlength": transferring.LONGEST,
        },
    )
    why = fields.String(
        load_default="",
        validate=validate.Length(max=transferring.LONGEST),
        metadata={
            "label": lazy_gettext("How the surplus clause allows it"),
            "hint": lazy_gettext("Needed where the other fund is for more than donors gave for."),
            "kind": "textarea",
            "rows": 2,
            "maxlength": transferring.LONGEST,
        },
    )

    def __init__(self, *, currency: str = "USD", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context_currency = currency


class FundTransferOut(ma.Schema):
    id = fields.String(required=True)
    from_fund_id = fields.String(required=True)
    to_fund_id = fields.String(required=True)
    amount = MoneyField(required=True)
    reason = fields.String(required=True)
    basis = fields.String(
        required=True,
        validate=validate.OneOf((UNRESTRICTED, WITHIN, CLAUSE)),
        metadata={"description": "What allows it: nothing binds it, the purpose, or the surplus clause"},
    )
    why = fields.String(required=True)
    drive_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The drive whose surplus it was"}
    )
    asked_by = fields.String(required=True)
    group_id = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)


class SurplusClauseOut(ma.Schema):
    """One version of what happens to money that is left."""

    id = fields.String(required=True)
    number = fields.Integer(required=True)
    wording = fields.String(required=True)
    ways = fields.List(fields.String(), required=True)
    sha256 = fields.String(required=True)
    valid_from = fields.AwareDateTime(required=True)
