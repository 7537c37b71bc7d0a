"""Funds."""

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.funds import funding
from campaigns.funds.purposes import PURPOSES
from campaigns.funds.surplus import WAYS
from campaigns.schemas import choices
from campaigns.schemas.campaign import version_field
from campaigns.schemas.said import said
from core.forms import Schema
from core.money import EXPONENTS


def _required_text(label: object, hint: object, longest: int) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(max=longest),
        metadata={"label": label, "hint": hint, "kind": "textarea", "rows": 2, "maxlength": longest},
        error_messages=said(required=lazy_gettext("Write it in words a donor reads.")),
    )


class _FundWords(Schema):
    name = fields.String(
        required=True,
        validate=validate.Length(max=funding.LONGEST["name"]),
        metadata={
            "label": lazy_gettext("Name"),
            "maxlength": funding.LONGEST["name"],
            "autocomplete": "off",
        },
        error_messages=said(required=lazy_gettext("Write it in words a donor reads.")),
    )
    purpose = _required_text(
        lazy_gettext("Purpose"), lazy_gettext("What the money may be spent on."), funding.LONGEST["purpose"]
    )
    purposes = fields.List(
        fields.String(validate=validate.OneOf(list(PURPOSES))),
        load_default=list,
        metadata={
            "label": lazy_gettext("Kinds of cost it pays"),
            "hint": lazy_gettext("None ticked means all of them. Anything else is refused."),
            "kind": "checkboxes",
            "options": list(PURPOSES.items()),
        },
    )
    surplus_clause = _required_text(
        lazy_gettext("What happens to money that is left"),
        lazy_gettext("Donors read this before they give."),
        funding.LONGEST["surplus_clause"],
    )
    surplus_ways = fields.List(
        fields.String(validate=validate.OneOf(list(WAYS))),
        load_default=list,
        metadata={
            "label": lazy_gettext("What that allows"),
            "hint": lazy_gettext(
                "None ticked means: whoever closes a drive out says why the words allow it."
            ),
            "kind": "checkboxes",
            "options": list(WAYS.items()),
        },
    )
    is_general = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("This is our general fund"),
            "hint": lazy_gettext(
                "Our own money, for every campaign and every kind of cost. One for each currency."
            ),
        },
    )


class FundEditSchema(_FundWords):
    version = version_field()


class FundSchema(_FundWords):
    """A new fund."""

    currency = fields.String(
        load_default="USD",
        validate=validate.OneOf(
            list(EXPONENTS), **said(error=lazy_gettext("Choose a currency from the list."))
        ),
        metadata={"label": lazy_gettext("Currency"), "kind": "select", "options": choices.currencies},
    )
    campaign_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy_gettext("Campaign"),
            "kind": "select",
            "options": choices.campaigns_or_any,
        },
    )
