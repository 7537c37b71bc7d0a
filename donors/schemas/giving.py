"""The giving form of a drive, and a refund."""

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from core.i18n import money as money_text
from core.money import Money, NotMoney
from donors.gifts import fee_cover
from donors.gifts.gift import BANK, CARD, METHODS, NAME_DISPLAYS
from donors.public.face import Face

RHYTHMS = ("once", "week", "month", "quarter", "year")


class GiveSchema(Schema):
    """The giving form of one drive; `for_drive` adds its presets and consents."""

    context_currency = "USD"

    form_token = fields.Str(required=True, metadata={"kind": "hidden"})
    website = fields.Str(metadata={"kind": "hidden"})
    supporter_page = fields.Str(
        load_default="", validate=validate.Length(max=40), metadata={"kind": "hidden"}
    )
    #: The link of a pledge that this gift pays.
    pledge = fields.Str(load_default="", validate=validate.Length(max=300), metadata={"kind": "hidden"})
    via = fields.Str(
        load_default="", metadata={"kind": "hidden", "description": "The code of a partner's link"}
    )
    rhythm = fields.Str(
        load_default="once",
        validate=validate.OneOf(RHYTHMS),
        metadata={"label": lazy_gettext("How often"), "kind": "radio"},
    )
    amount_choice = fields.Str(
        load_default="other", metadata={"label": lazy_gettext("Amount"), "kind": "radio"}
    )
    amount_other = fields.Str(metadata={"label": lazy_gettext("Another amount")})
    email = fields.Email(
        required=True,
        validate=validate.Length(max=254),
        metadata={
            "label": lazy_gettext("E-mail"),
            "hint": lazy_gettext("Your receipt goes there."),
            "autocomplete": "email",
        },
    )
    name = fields.Str(
        validate=validate.Length(max=120),
        load_default="",
        metadata={"label": lazy_gettext("Name"), "autocomplete": "name"},
    )
    name_display = fields.Str(
        load_default="initial",
        validate=validate.OneOf(NAME_DISPLAYS),
        metadata={
            "label": lazy_gettext("How your name appears"),
            "kind": "select",
            "options": lambda: [
                ("initial", _("First name and initial")),
                ("full", _("Full name")),
                ("alias", _("Another name")),
                ("anonymous", _("Not at all")),
            ],
        },
    )
    alias = fields.Str(
        validate=validate.Length(max=60),
        load_default="",
        metadata={"label": lazy_gettext("The name to show")},
    )
    cover_fee = fields.Bool(load_default=False, metadata={"label": lazy_gettext("Cover the fee")})
    message = fields.Str(
        validate=validate.Length(max=280),
        load_default="",
        metadata={
            "label": lazy_gettext("Message"),
            "kind": "textarea",
            "hint": lazy_gettext("Shown with your gift."),
            "maxlength": 280,
        },
    )
    tribute_kind = fields.Str(
        load_default="",
        validate=validate.OneOf(("", "honour", "memory")),
        metadata={
            "label": lazy_gettext("In honour or in memory"),
            "kind": "select",
            "options": lambda: [
                ("", _("Neither")),
                ("honour", _("In honour of")),
                ("memory", _("In memory of")),
            ],
        },
    )
    tribute_name = fields.Str(
        validate=validate.Length(max=120), load_default="", metadata={"label": lazy_gettext("Whose")}
    )
    employer = fields.Str(
        validate=validate.Length(max=120),
        load_default="",
        metadata={
            "label": lazy_gettext("Employer"),
            "hint": lazy_gettext("Some match what their people give."),
            "autocomplete": "organization",
        },
    )

    @ma.validates_schema(skip_on_field_errors=True)
    def amount_is_given(self, data: dict[str, Any], **kwargs: Any) -> None:
        amount_of(data, self.context_currency)

    @ma.validates_schema(skip_on_field_errors=True)
    def alias_is_given(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("name_display") == "alias" and not data.get("alias"):
            raise ma.ValidationError(_("Write the name to show, or choose another way."), "alias")


def give_schema(face: Face, currency: str) -> GiveSchema:
    """The form of a drive: its preset amounts, and one consent for each organisation, never pre-ticked."""
    options = [(str(preset.minor), money_text(preset)) for preset in face.drive.presets]
    choice = fields.Str(
        load_default="other",
        validate=validate.OneOf([key for key, _text in options] + ["other"]),
        metadata={
            "label": lazy_gettext("Amount"),
            "kind": "radio",
            "options": [*options, ("other", _("Other"))],
        },
    )
    rhythm = fields.Str(
        load_default="once",
        validate=validate.OneOf(RHYTHMS),
        metadata={
            "label": lazy_gettext("How often"),
            "kind": "radio",
            "options": [("once", _("Give once")), *_offered(face.drive.rhythms)],
        },
    )
    consents = {
        f"consent_{number}": fields.Bool(
            load_default=False, metadata={"label": wording, "organisation_id": organisation_id}
        )
        for number, (organisation_id, wording) in enumerate(asking(face))
    }
    method = fields.Str(
        load_default=CARD,
        validate=validate.OneOf(METHODS),
        metadata={
            "label": lazy_gettext("Pay with"),
            "kind": "radio",
            "options": _methods() if face.takes_debits else [],
        },
    )
    declared: dict[str, Any] = {"amount_choice": choice, "rhythm": rhythm, "method": method, **consents}
    schema = type("GiveSchemaOfDrive", (GiveSchema,), {**declared, "context_currency": currency})()
    if fee_cover.rate(currency) is None:
        del schema.fields["cover_fee"]
    return schema


def _methods() -> list[tuple[str, str]]:
    return [(CARD, _("Card")), (BANK, _("Bank account"))]


def _offered(rhythms: list[str]) -> list[tuple[str, str]]:
    names = {
        "week": _("Weekly"),
        "month": _("Monthly"),
        "quarter": _("Quarterly"),
        "year": _("Yearly"),
    }
    return [(each, text) for each, text in names.items() if each in rhythms]


def asking(face: Face) -> list[tuple[str, str]]:
    """(organisation, words beside its box): who takes the gift, then the others of the campaign, which may then
    be told who gave."""
    ours = _("%(organisation)s may send me news by e-mail.", organisation=face.organisation.name)
    others = [
        (
            each,
            _(
                "%(organisation)s may have my name and address, and send me news by e-mail.",
                organisation=name,
            ),
        )
        for each, name in face.partners
    ]
    return [(face.organisation.id, ours), *others]


def amount_of(data: dict[str, Any], currency: str) -> Money:
    """The amount that was typed, else the one that was chosen. Raises ValidationError on its field."""
    choice, typed = data.get("amount_choice", "other"), data.get("amount_other", "")
    if typed:
        return _typed_amount(typed, currency)
    if choice == "other":
        raise ma.ValidationError(_("Choose an amount, or write one."), "amount_other")
    return Money(int(choice), currency)


def _typed_amount(typed: str, currency: str) -> Money:
    try:
        amount = Money.parse(typed, currency)
    except NotMoney:
        raise ma.ValidationError(_("Write the amount in digits, like 50 or 12.50."), "amount_other") from None
    if amount.minor <= 0:
        raise ma.ValidationError(_("The amount must be more than zero."), "amount_other")
    return amount


class RefundSchema(Schema):
    """A refund by staff; a typed amount is in the gift's currency."""

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount to give back")})
    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Reason"), "hint": lazy_gettext("Kept in the audit trail.")},
    )

    def __init__(self, *, currency: str = "USD", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context_currency = currency
