"""Changes of a recurring gift, as its donor types them, and as staff does for them with a note."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from donors.recurring.pause import LONGEST_PAUSE_MONTHS

CANCEL_REASONS = ("too_much_now", "only_for_a_while", "gave_elsewhere", "not_convinced", "mistake", "other")


def cancel_reasons() -> list[tuple[str, str]]:
    texts = (
        _("It is too much for me right now"),
        _("I meant to give only for a while"),
        _("I give to others instead"),
        _("I do not agree with something"),
        _("I started it by mistake"),
        _("Another reason"),
    )
    return list(zip(CANCEL_REASONS, texts, strict=True))


class AmountSchema(Schema):
    """Another amount, in the recurring gift's currency."""

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("New amount")})

    def __init__(self, *, currency: str = "USD", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context_currency = currency


class DaySchema(Schema):
    day = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=28, error=lazy_gettext("Choose a day from 1 to 28.")),  # pyright: ignore[reportArgumentType]
        metadata={
            "label": lazy_gettext("Day of the month"),
            "hint": lazy_gettext("From 1 to 28, which every month has."),
            "min": 1,
            "max": 28,
        },
    )


def _pauses() -> list[tuple[str, str]]:
    return [
        (str(months), _("One month") if months == 1 else _("%(months)s months", months=months))
        for months in range(1, LONGEST_PAUSE_MONTHS + 1)
    ]


class PauseSchema(Schema):
    months = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=12, error=lazy_gettext("Pause for 1 to 12 months.")),  # pyright: ignore[reportArgumentType]
        metadata={"label": lazy_gettext("How long"), "kind": "select", "options": _pauses},
    )


class CancelSchema(Schema):
    reason = fields.Str(
        required=True,
        validate=validate.OneOf(CANCEL_REASONS),
        metadata={"label": lazy_gettext("Why do you cancel?"), "kind": "select", "options": cancel_reasons},
    )


class NoteSchema(Schema):
    """What staff writes down when it does something for a donor."""

    note = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={
            "label": lazy_gettext("How they asked"),
            "hint": lazy_gettext("Such as “by phone on Monday”. Kept in the audit trail."),
        },
    )


class StaffAmountSchema(AmountSchema, NoteSchema):
    """Another amount, by staff as the donor asked."""


class StaffDaySchema(DaySchema, NoteSchema):
    """Another day, by staff as the donor asked."""


class StaffPauseSchema(PauseSchema, NoteSchema):
    """A pause, by staff as the donor asked."""


class StaffCancelSchema(CancelSchema, NoteSchema):
    """The end of a recurring gift by staff, as its donor asked."""

    reason = fields.Str(
        required=True,
        validate=validate.OneOf(CANCEL_REASONS),
        metadata={"label": lazy_gettext("What the donor says"), "kind": "select", "options": cancel_reasons},
    )
