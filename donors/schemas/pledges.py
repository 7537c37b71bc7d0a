"""What a form or a JSON body may say of a pledge, and what software gets back."""

from datetime import date
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from core.i18n import LANGUAGES
from core.money import Money
from donors.people.meeting import Somebody
from donors.pledges.finding import STANDINGS
from donors.pledges.pledge import TRANSITIONS
from donors.schemas.offline import MONEY, TYPED_CHANNELS, InCurrency
from donors.words import CHANNELS as CHANNEL_NAMES
from legal.schemas.said import AmountOut
from staff.schemas import PieceIn

RHYTHMS = {
    "1": lazy_gettext("every month"),
    "3": lazy_gettext("every quarter"),
    "12": lazy_gettext("every year"),
}
MOST_PARTS = 60


class PledgeTerms(InCurrency):
    """How much is promised, by when, in how many parts."""

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Promised in all")})
    due_on = fields.Date(required=True, metadata={"label": lazy_gettext("Due on, or the first part of it")})
    count = fields.Int(
        load_default=1,
        validate=validate.Range(min=1, max=MOST_PARTS),
        metadata={"label": lazy_gettext("In how many parts"), "inputmode": "numeric"},
    )
    months = fields.Str(
        load_default="1",
        validate=validate.OneOf(list(RHYTHMS)),
        metadata={"label": lazy_gettext("Parts are due"), "kind": "select", "options": list(RHYTHMS.items())},
    )
    reminds = fields.Bool(
        load_default=True,
        metadata={"label": lazy_gettext("Remind by mail 3, 14 and 30 days after it was due")},
    )


class PledgeForm(PledgeTerms):
    """A pledge as staff types it: one sum, or as many equal parts a month, a quarter or a year apart."""

    drive_id = fields.Str(required=True, metadata={"label": lazy_gettext("Drive"), "kind": "select"})
    name = fields.Str(
        load_default="", validate=validate.Length(max=120), metadata={"label": lazy_gettext("Name")}
    )
    email = fields.Email(
        validate=validate.Length(max=254),
        metadata={
            "label": lazy_gettext("E-mail"),
            "hint": lazy_gettext("Without one nobody can be reminded."),
        },
    )
    donor_id = fields.Str(load_default="", metadata={"kind": "hidden"})
    language = fields.Str(
        load_default="en",
        validate=validate.OneOf(list(LANGUAGES)),
        metadata={
            "label": lazy_gettext("Language of mails"),
            "kind": "select",
            "options": list(LANGUAGES.items()),
        },
    )
    note = fields.Str(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"label": lazy_gettext("Note"), "hint": lazy_gettext("For you alone.")},
    )
    confirms = fields.Bool(
        load_default=False,
        metadata={"label": lazy_gettext("Mail what was promised and how to pay it")},
    )

    @ma.post_load
    def as_plan(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        who = Somebody(
            data.pop("name"), data.pop("email", ""), data.pop("donor_id"), language=data.pop("language")
        )
        parts = equal_parts(
            data.pop("amount"), data.pop("due_on"), data.pop("count"), int(data.pop("months"))
        )
        return {**data, "who": who, "parts": parts}


def equal_parts(amount: Money, first: date, count: int, months: int) -> list[tuple[date, Money]]:
    """`count` parts that add up to the amount, `months` apart; the day is kept, or is the last of a shorter month.

    Raises ValidationError on `count` where a part would be less than the smallest coin.
    """
    if amount.minor < count:
        raise ma.ValidationError(str(lazy_gettext("That is too many parts for this amount.")), "count")
    days = [_months_after(first, months * number) for number in range(count)]
    return list(zip(days, amount.split(count), strict=True))


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ma.ValidationError(str(lazy_gettext("Write a day that can come.")), "due_on")


class PartIn(Schema):
    due_on = fields.Date(required=True)
    amount = MoneyField(required=True, metadata=MONEY)


class PledgeIn(Schema):
    """A promise to a drive, in one part or several."""

    drive_id = fields.Str(required=True)
    parts = fields.List(fields.Nested(PartIn), required=True, validate=validate.Length(min=1, max=MOST_PARTS))
    name = fields.Str(load_default="", validate=validate.Length(max=120))
    email = fields.Email(validate=validate.Length(max=254))
    donor_id = fields.Str(load_default="", validate=validate.Length(max=40))
    language = fields.Str(load_default="en", validate=validate.OneOf(list(LANGUAGES)))
    pledged_on = fields.Date(load_default=None, allow_none=True)
    note = fields.Str(load_default="", validate=validate.Length(max=500))
    reminds = fields.Bool(load_default=True)
    confirms = fields.Bool(load_default=False)

    @ma.post_load
    def as_plan(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        who = Somebody(
            data.pop("name"), data.pop("email", ""), data.pop("donor_id"), language=data.pop("language")
        )
        return {**data, "who": who, "parts": [(part["due_on"], part["amount"]) for part in data["parts"]]}


class PledgeChangeForm(PledgeTerms):
    """Another amount or other days, as the donor said."""

    reason = fields.Str(
        required=True, validate=validate.Length(min=3, max=500), metadata={"label": lazy_gettext("Why")}
    )

    @ma.post_load
    def as_change(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        parts = equal_parts(
            data.pop("amount"), data.pop("due_on"), data.pop("count"), int(data.pop("months"))
        )
        return {**data, "parts": parts}


class PledgePaymentIn(InCurrency):
    """What was received for a pledge."""

    amount = MoneyField(required=True, metadata={**MONEY, "label": lazy_gettext("Amount")})
    received_on = fields.Date(required=True, metadata={"label": lazy_gettext("Received on")})
    channel = fields.Str(
        required=True,
        validate=validate.OneOf(TYPED_CHANNELS),
        metadata={
            "label": lazy_gettext("How it came"),
            "kind": "select",
            "options": lambda: [(each, str(CHANNEL_NAMES[each])) for each in TYPED_CHANNELS],
        },
    )
    number = fields.Str(
        load_default="", validate=validate.Length(max=40), metadata={"label": lazy_gettext("Check number")}
    )
    wants_receipt_mail = fields.Bool(
        load_default=True, metadata={"label": lazy_gettext("Mail the receipt, if there is an address")}
    )


class PledgesIn(PieceIn):
    """Which pledges; `owed`, `overdue` and `due` are what time makes of them."""

    standing = fields.String(load_default="", validate=validate.OneOf(("", *STANDINGS)))
    q = fields.String(load_default="", validate=validate.ContainsNoneOf("\x00"))
    drive_id = fields.String(load_default="", validate=validate.ContainsNoneOf("\x00"))
    donor_id = fields.String(load_default="", validate=validate.ContainsNoneOf("\x00"))


class PledgeOut(PlainSchema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    donor_id = fields.String(required=True)
    reference = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(TRANSITIONS)))
    amount = fields.Nested(AmountOut, required=True)
    paid = fields.Nested(AmountOut, required=True)
    left = fields.Nested(AmountOut, required=True, metadata={"description": "Never part of what was raised"})
    pledged_on = fields.Date(required=True)
    next_due_on = fields.Date(required=True, allow_none=True)
    reminds = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)


class PledgePartOut(PlainSchema):
    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    amount_minor = fields.Integer(required=True)
    paid_minor = fields.Integer(required=True)


class FullPledgeOut(PledgeOut):
    parts = fields.List(fields.Nested(PledgePartOut), required=True)
    gift_ids = fields.List(fields.String(), required=True)
