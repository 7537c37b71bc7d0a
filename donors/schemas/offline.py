"""What a form or a JSON body may say of gifts that come without a checkout, and what software gets back."""

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from core.i18n import LANGUAGES
from donors.gifts.gift import CASH, CHANNELS, CHECK, CHECKOUT, TRANSFER
from donors.gifts.gift_void import BOUNCED, MISTAKE
from donors.offline.batch import TRANSITIONS
from donors.offline.recording import NAME_DISPLAYS
from donors.words import CHANNELS as CHANNEL_NAMES
from legal.schemas.said import AmountOut
from staff.schemas import PieceIn

#: How staff types what it received; imports have a way of their own.
TYPED_CHANNELS = (CHECK, CASH, TRANSFER)
#: An amount as software sends it.
_PARTS = {"minor": {"type": "integer"}, "currency": {"type": "string"}}
MONEY: dict[str, Any] = {"type": "object", "required": list(_PARTS), "properties": _PARTS}


def _channels() -> list[tuple[str, str]]:
    return [(each, str(CHANNEL_NAMES[each])) for each in TYPED_CHANNELS]


def _displays() -> list[tuple[str, str]]:
    texts = (lazy_gettext("Not at all"), lazy_gettext("Full name"), lazy_gettext("First name and initial"))
    return [(each, str(text)) for each, text in zip(NAME_DISPLAYS, texts, strict=True)]


class InCurrency(Schema):
    """A form whose typed amounts are in a currency that the page knows."""

    def __init__(self, *, currency: str = "USD", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context_currency = currency


class BatchIn(InCurrency):
    """A batch before anything is typed; control totals are left out where nobody counted."""

    drive_id = fields.Str(required=True, metadata={"label": lazy_gettext("Drive"), "kind": "select"})
    source = fields.Str(
        required=True,
        validate=validate.Length(min=1, max=120),
        metadata={
            "label": lazy_gettext("Where it came from"),
            "hint": lazy_gettext("For you alone, such as: mail of the week, parish fair."),
        },
    )
    received_on = fields.Date(
        required=True,
        metadata={
            "label": lazy_gettext("Received on"),
            "hint": lazy_gettext("This day decides whether a gift counts for the drive, and its tax year."),
        },
    )
    channel = fields.Str(
        load_default=CHECK,
        validate=validate.OneOf(TYPED_CHANNELS),
        metadata={"label": lazy_gettext("How most of it came"), "kind": "select", "options": _channels},
    )
    expected_count = fields.Int(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, max=100_000),
        metadata={"label": lazy_gettext("Counted gifts"), "inputmode": "numeric"},
    )
    expected = MoneyField(
        load_default=None,
        allow_none=True,
        allow_zero=True,
        metadata={
            **MONEY,
            "label": lazy_gettext("Counted sum"),
            "hint": lazy_gettext("Count before you type. The batch closes when both agree."),
        },
    )


class RowIn(InCurrency):
    """One gift of a batch. Without name, address and donor it is anonymous."""

    amount = MoneyField(required=True, metadata={**MONEY, "label": lazy_gettext("Amount")})
    name = fields.Str(
        load_default="", validate=validate.Length(max=120), metadata={"label": lazy_gettext("Name")}
    )
    email = fields.Email(validate=validate.Length(max=254), metadata={"label": lazy_gettext("E-mail")})
    check_number = fields.Str(
        load_default="", validate=validate.Length(max=40), metadata={"label": lazy_gettext("Check number")}
    )
    channel = fields.Str(
        load_default="",
        validate=validate.OneOf(("", *TYPED_CHANNELS)),
        metadata={"label": lazy_gettext("How it came"), "kind": "select", "options": _channels},
    )
    note = fields.Str(
        load_default="", validate=validate.Length(max=500), metadata={"label": lazy_gettext("Note")}
    )
    name_display = fields.Str(
        load_default="anonymous",
        validate=validate.OneOf(NAME_DISPLAYS),
        metadata={
            "label": lazy_gettext("How the name appears in public"),
            "kind": "select",
            "options": _displays,
        },
    )
    wants_receipt_mail = fields.Bool(
        load_default=True, metadata={"label": lazy_gettext("Mail the receipt, if there is an address")}
    )
    donor_id = fields.Str(load_default="", metadata={"label": lazy_gettext("Donor"), "kind": "select"})


class WhyIn(Schema):
    """Why something is done that wants a reason."""

    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("Kept in the audit trail.")},
    )


class MaybeWhyIn(Schema):
    """The same where a reason is needed at times only."""

    reason = fields.Str(
        load_default="", validate=validate.Length(max=500), metadata={"label": lazy_gettext("Why")}
    )


class VoidIn(WhyIn):
    """A recorded gift was none after all."""

    kind = fields.Str(
        required=True,
        validate=validate.OneOf((BOUNCED, MISTAKE)),
        metadata={
            "label": lazy_gettext("What happened"),
            "kind": "radio",
            "options": [
                (BOUNCED, lazy_gettext("The bank did not pay it, or took it back")),
                (MISTAKE, lazy_gettext("It was recorded by mistake")),
            ],
        },
    )
    tells_donor = fields.Bool(
        load_default=True,
        metadata={"label": lazy_gettext("Tell the donor that the receipt is void, if it was mailed")},
    )


class ReturnIn(InCurrency):
    """Money of a gift that the organisation gave back itself."""

    amount = MoneyField(required=True, metadata={**MONEY, "label": lazy_gettext("Amount")})
    on_day = fields.Date(required=True, metadata={"label": lazy_gettext("Given back on")})
    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why, and how"), "hint": lazy_gettext("Kept in the audit trail.")},
    )


class OfflineGiftIn(Schema):
    """One gift that came without a checkout. `external_source` and `external_id` make sending it twice one gift."""

    drive_id = fields.Str(required=True)
    amount = MoneyField(required=True, metadata=MONEY)
    received_on = fields.Date(required=True)
    channel = fields.Str(required=True, validate=validate.OneOf([c for c in CHANNELS if c != CHECKOUT]))
    name = fields.Str(load_default="", validate=validate.Length(max=120))
    email = fields.Email(validate=validate.Length(max=254))
    donor_id = fields.Str(load_default="", validate=validate.Length(max=40))
    name_display = fields.Str(load_default="anonymous", validate=validate.OneOf(NAME_DISPLAYS))
    language = fields.Str(load_default="en", validate=validate.OneOf(list(LANGUAGES)))
    number = fields.Str(load_default="", validate=validate.Length(max=40))
    note = fields.Str(load_default="", validate=validate.Length(max=500))
    external_source = fields.Str(load_default="", validate=validate.Length(max=60))
    external_id = fields.Str(load_default="", validate=validate.Length(max=120))
    wants_receipt_mail = fields.Bool(load_default=True)
    pledge_id = fields.Str(
        load_default="", validate=validate.Length(max=40), metadata={"description": "The pledge that it pays"}
    )


class BatchesIn(PieceIn):
    """Which batches."""

    state = fields.String(validate=validate.OneOf(list(TRANSITIONS)))
    q = fields.String(load_default="", validate=validate.ContainsNoneOf("\x00"))


class TotalsOut(PlainSchema):
    count = fields.Integer(required=True)
    sum = fields.Nested(AmountOut, required=True)
    difference = fields.Nested(
        AmountOut,
        required=True,
        metadata={"description": "Typed less expected; zero where nothing is expected"},
    )
    count_difference = fields.Integer(required=True)
    agree = fields.Boolean(required=True, metadata={"description": "Both control totals are there and met"})


class BatchOut(PlainSchema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    source = fields.String(required=True)
    received_on = fields.Date(required=True)
    channel = fields.String(required=True)
    expected_count = fields.Integer(required=True, allow_none=True)
    expected = fields.Nested(AmountOut, required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(list(TRANSITIONS)))
    created_at = fields.AwareDateTime(required=True)


class BatchRowOut(PlainSchema):
    id = fields.String(required=True)
    number = fields.Integer(required=True)
    amount = fields.Nested(AmountOut, required=True)
    channel = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    check_number = fields.String(required=True)
    note = fields.String(required=True)
    donor_id = fields.String(required=True, allow_none=True)
    gift_id = fields.String(
        required=True, allow_none=True, metadata={"description": "Once the batch is closed"}
    )


class FullBatchOut(BatchOut):
    totals = fields.Nested(TotalsOut, required=True)
    rows = fields.List(fields.Nested(BatchRowOut), required=True)


class VoidOut(PlainSchema):
    gift_id = fields.String(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    said_by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
