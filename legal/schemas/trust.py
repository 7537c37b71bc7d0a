"""What a form or a JSON body may say about money in trust, and what software gets back."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.funds.purposes import COSTS
from core.forms import MoneyField, Schema
from legal.schemas import choices
from legal.schemas.said import AmountOut
from legal.trust.disbursing import Disbursement
from legal.trust.transferring import Asked
from legal.trust.trust_transfer import STATES, held


class TrustAccountIn(Schema):
    """A firm's trust account, by bank and last four digits."""

    bank = fields.String(
        required=True,
        validate=validate.Length(max=80),
        metadata={"label": lazy_gettext("Bank"), "maxlength": 80, "autocomplete": "off"},
    )
    ending = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Last four digits"),
            "maxlength": 4,
            "inputmode": "numeric",
            "autocomplete": "off",
        },
    )


class TrustStatementIn(Schema):
    """What the bank's statement says."""

    as_of = fields.Date(required=True, metadata={"label": lazy_gettext("Statement of")})
    balance = MoneyField(
        required=True,
        allow_zero=True,
        metadata={
            "label": lazy_gettext("Balance"),
            "hint": lazy_gettext("Of the money that came from here; other clients' money apart."),
        },
    )


class TrustTransferIn(Schema):
    """A request to send money of a fund into trust."""

    matter_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Matter"), "kind": "select", "options": choices.matters},
    )
    fund_id = fields.String(
        required=True, metadata={"label": lazy_gettext("From"), "kind": "select", "options": choices.funds}
    )
    account_id = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("To the trust account of"),
            "kind": "select",
            "options": choices.trust_accounts,
        },
    )
    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount")})
    purpose = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("What it is for"),
            "hint": lazy_gettext("Not public."),
            "kind": "textarea",
            "rows": 2,
            "maxlength": 500,
        },
    )

    @ma.post_load
    def as_asked(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"matter_id": data.pop("matter_id"), "asked": Asked(**data)}


class TrustReturnIn(Schema):
    """What a firm sent back."""

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount")})
    happened_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})


class DisbursementIn(TrustReturnIn):
    """What counsel paid out of trust."""

    category = fields.String(
        required=True,
        validate=validate.OneOf(list(COSTS)),
        metadata={
            "label": lazy_gettext("Public category"),
            "kind": "select",
            "options": list(COSTS.items()),
        },
    )
    note = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("To whom and for what"),
            "hint": lazy_gettext("Not public."),
            "maxlength": 500,
            "autocomplete": "off",
        },
    )

    @ma.post_load
    def as_paid(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"paid": Disbursement(**data)}


class TrustAccountOut(ma.Schema):
    id = fields.String(required=True)
    organisation_id = fields.String(required=True)
    bank = fields.String(required=True)
    ending = fields.String(required=True)


class TrustStatementOut(ma.Schema):
    id = fields.String(required=True)
    as_of = fields.Date(required=True)
    amount = fields.Nested(AmountOut, required=True)


class TrustTransferOut(ma.Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    fund_id = fields.String(required=True)
    account_id = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    held = fields.Function(
        lambda transfer: AmountOut().dump(held(transfer)),
        required=True,
        metadata={"type": "object", "description": "What the firm still holds of it"},
    )
    state = fields.String(required=True, validate=validate.OneOf(list(STATES)))


class TrustApprovalOut(ma.Schema):
    transfer_id = fields.String(required=True)
    approved_by_id = fields.String(required=True)
    approved_at = fields.AwareDateTime(required=True)


class TrustMoveOut(ma.Schema):
    id = fields.String(required=True)
    transfer_id = fields.String(required=True)
    kind = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    happened_on = fields.Date(required=True)
    category = fields.String(required=True)
    group_id = fields.String(required=True)


class ClientLedgerOut(ma.Schema):
    matter_id = fields.String(
        required=True,
        metadata={"description": "Empty for the sum of matters that a screen keeps from the reader."},
    )
    balance = fields.Nested(AmountOut, required=True)


class ReconciliationOut(ma.Schema):
    """Bank, ledger and the sum of the client ledgers; `agrees` when they are one."""

    as_of = fields.Date(required=True)
    bank = fields.Nested(AmountOut, required=True, allow_none=True)
    statement_on = fields.Date(required=True, allow_none=True)
    ledger = fields.Nested(AmountOut, required=True)
    clients_total = fields.Nested(AmountOut, required=True)
    clients = fields.List(fields.Nested(ClientLedgerOut), required=True)
    agrees = fields.Boolean(required=True)


class AsOfIn(Schema):
    as_of = fields.Date(load_default=None, allow_none=True)
