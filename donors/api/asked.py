"""What software sends about gifts, as queries, headers and bodies."""

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from core.i18n import LANGUAGES
from donors.gifts.gift import CARD, METHODS, NAME_DISPLAYS, TRANSITIONS
from donors.recurring.recurring_gift import TRANSITIONS as PROMISE_TRANSITIONS
from donors.schemas import CANCEL_REASONS, RHYTHMS
from staff.schemas import PieceIn

#: An amount as software sends it.
_MONEY = {
    "type": "object",
    "required": ["minor", "currency"],
    "properties": {
        "minor": {"type": "integer", "description": "Minor units, such as cents"},
        "currency": {"type": "string", "description": "ISO 4217"},
    },
}


#: Words and ids of a query; PostgreSQL does not even compare a NUL.
_NO_NUL = validate.ContainsNoneOf("\x00")


class GiftsIn(PieceIn):
    """Which gifts; `started_from <= started_at < started_until`."""

    q = fields.String(
        validate=_NO_NUL, metadata={"description": "Donor, address, public name, gift id, receipt number"}
    )
    state = fields.String(validate=validate.OneOf(list(TRANSITIONS)))
    drive_id = fields.String(validate=_NO_NUL)
    donor_id = fields.String(validate=_NO_NUL)
    recurring_gift_id = fields.String(validate=_NO_NUL)
    kind = fields.String(validate=validate.OneOf(("once", "recurring", "offline")))
    started_from = fields.AwareDateTime()
    started_until = fields.AwareDateTime()


class RecurringGiftsIn(PieceIn):
    """Which recurring gifts."""

    q = fields.String(validate=_NO_NUL, metadata={"description": "Donor, address, id"})
    state = fields.String(validate=validate.OneOf(list(PROMISE_TRANSITIONS)))
    drive_id = fields.String(validate=_NO_NUL)
    donor_id = fields.String(validate=_NO_NUL)


class DonorsIn(PieceIn):
    """Which donors."""

    q = fields.String(validate=_NO_NUL, metadata={"description": "Name, address, id"})


class ReceiptsIn(PieceIn):
    """Which receipts."""

    gift_id = fields.String(validate=_NO_NUL)
    year = fields.Integer(validate=validate.Range(min=1970, max=9999))


class RefundIn(Schema):
    """Money to give back, in the gift's currency."""

    amount = MoneyField(required=True, metadata=_MONEY)
    reason = fields.String(required=True, validate=validate.Length(min=3, max=500))


class WordsShownIn(Schema):
    """Whether public pages show the name and message of a gift."""

    shown = fields.Boolean(required=True)


class CancellationIn(Schema):
    """Why a recurring gift ends, as its donor asked, and how they asked."""

    reason = fields.String(required=True, validate=validate.OneOf(CANCEL_REASONS))
    note = fields.String(load_default="", validate=validate.Length(max=500))


class DonorAskedIn(Schema):
    """How the donor asked for it."""

    note = fields.String(required=True, validate=validate.Length(min=3, max=500))


class AmountChangeIn(DonorAskedIn):
    """Another amount, in the recurring gift's currency, without the fee cover."""

    amount = MoneyField(required=True, metadata=_MONEY)


class DayChangeIn(DonorAskedIn):
    """Another day of the month."""

    day = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=28))


class RecurringPauseIn(DonorAskedIn):
    """A pause in months."""

    months = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=12))


class IdempotencyKeyIn(ma.Schema):
    """One key makes one gift, however often the request is sent."""

    key = fields.String(required=True, data_key="Idempotency-Key", validate=validate.Length(min=8, max=200))


class GiftIn(Schema):
    """What a donor wants to give, as the form of the drive's page asks it."""

    amount = MoneyField(required=True, metadata=_MONEY)
    rhythm = fields.String(load_default="once", validate=validate.OneOf(RHYTHMS))
    email = fields.Email(required=True, validate=validate.Length(max=254))
    name = fields.String(load_default="", validate=validate.Length(max=120))
    name_display = fields.String(load_default="initial", validate=validate.OneOf(NAME_DISPLAYS))
    alias = fields.String(load_default="", validate=validate.Length(max=60))
    message = fields.String(load_default="", validate=validate.Length(max=280))
    tribute_kind = fields.String(load_default="", validate=validate.OneOf(("", "honour", "memory")))
    tribute_name = fields.String(load_default="", validate=validate.Length(max=120))
    employer = fields.String(load_default="", validate=validate.Length(max=120))
    cover_fee = fields.Boolean(load_default=False)
    method = fields.String(
        load_default=CARD,
        validate=validate.OneOf(METHODS),
        metadata={
            "description": "bank: each payment a debit, in dollars, euros or pounds, where the organisation takes them"
        },
    )
    language = fields.String(load_default="en", validate=validate.OneOf(list(LANGUAGES)))
    consents = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": "Organisations of the campaign that the donor lets write to them"},
    )
    via = fields.String(
        load_default="",
        metadata={
            "description": "The code of the partner's link by which the donor came; others are left aside"
        },
    )

    @ma.validates_schema(skip_on_field_errors=True)
    def alias_is_given(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["name_display"] == "alias" and not data["alias"]:
            raise ma.ValidationError(_("Write the name to show, or choose another way."), "alias")
