"""What a form or a JSON body may say about bonds."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from legal.bonds.bond import FORMS, STATES
from legal.bonds.bond_following import Step
from legal.schemas import choices

_FORM_NAMES = sorted({form for forms in FORMS.values() for form in forms if form})


class BondEventIn(Schema):
    """One step of a bond after posting."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(list(FORMS)),
        metadata={
            "label": lazy_gettext("What happened"),
            "kind": "select",
            "options": [(state, STATES[state]) for state in FORMS],
        },
    )
    happened_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    form = fields.String(
        load_default="",
        metadata={
            "label": lazy_gettext("Form"),
            "kind": "select",
            "options": [("", lazy_gettext("None")), *((form, form) for form in _FORM_NAMES)],
        },
    )
    document_sha256 = fields.String(
        allow_none=True,
        load_default=None,
        metadata={
            "label": lazy_gettext("Checksum of the document"),
            "hint": lazy_gettext("SHA-256. A breach needs that of its notice, form I-323."),
            "autocomplete": "off",
        },
    )
    interest_minor = fields.Integer(
        load_default=0,
        metadata={
            "label": lazy_gettext("Interest received, in cents"),
            "hint": lazy_gettext("With a refund or a breach."),
            "inputmode": "numeric",
        },
    )

    @ma.post_load
    def as_step(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"step": Step(**{**data, "document_sha256": data["document_sha256"] or None})}


class BondIn(Schema):
    matter_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Matter"), "kind": "select", "options": choices.matters},
    )
    fund_id = fields.String(
        required=True, metadata={"label": lazy_gettext("From"), "kind": "select", "options": choices.funds}
    )
    amount = MoneyField(
        required=True,
        metadata={
            "label": lazy_gettext("Amount"),
            "hint": lazy_gettext("A deposit. It returns to the fund when the case ends."),
        },
    )
