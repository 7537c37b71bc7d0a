"""What a form or a JSON body may say about bonds."""

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from core.uploads import UploadField
from legal.bonds.bond import FORMS, POSTING_FORMS, STATES
from legal.bonds.bond_following import Step
from legal.bonds.bonding import Contract
from legal.bonds.document import DOCUMENTS
from legal.schemas import choices

_SHA256 = validate.Regexp(r"^[0-9a-f]{64}\Z", error=lazy_gettext("A checksum is 64 hex digits."))  # pyright: ignore[reportArgumentType]
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

    obligor_id = fields.String(
        allow_none=True,
        load_default=None,
        metadata={
            "label": lazy_gettext("Obligor"),
            "hint": lazy_gettext("Who stands for the bond from now on; a refund goes to them alone."),
            "kind": "select",
            "options": choices.obligors,
        },
    )

    @ma.post_load
    def as_step(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        document = data.pop("document", None)
        step = Step(**{**data, "document_sha256": data["document_sha256"] or None})
        return {"step": step, "document": document} if "document" in self.fields else {"step": step}


def _document() -> UploadField:
    return UploadField(
        DOCUMENTS,
        metadata={
            "label": lazy_gettext("Document"),
            "hint": lazy_gettext("Sealed; each reading is written down. PDF or picture, up to 8 MB."),
        },
    )


class BondStepForm(BondEventIn):
    """One step as a page sends it, with its document."""

    document = _document()


class ContractIn(Schema):
    """By which form a bond was posted, and who stands for it."""

    posted_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    form = fields.String(
        load_default="I-352",
        validate=validate.OneOf(POSTING_FORMS),
        metadata={
            "label": lazy_gettext("Form"),
            "kind": "select",
            "options": [(form, form) for form in POSTING_FORMS],
        },
    )
    document_sha256 = fields.String(allow_none=True, load_default=None, validate=_SHA256)
    obligor_id = fields.String(
        allow_none=True,
        load_default=None,
        metadata={
            "label": lazy_gettext("Obligor"),
            "hint": lazy_gettext("Who signs the contract; a refund goes to them alone."),
            "kind": "select",
            "options": choices.obligors,
        },
    )

    @ma.post_load
    def as_contract(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if "posted_on" in data:
            return {"contract": Contract(**data)}
        if data["obligor_id"] or data["document_sha256"]:
            raise ma.ValidationError(_("Say on which day it was posted."), "posted_on")
        return {}


class ObligorIn(Schema):
    """Who stands for bonds. Name and address are sealed."""

    label = fields.String(
        required=True,
        validate=validate.Length(max=80),
        metadata={
            "label": lazy_gettext("How colleagues know them"),
            "hint": lazy_gettext("Without a name, such as: our treasurer."),
            "maxlength": 80,
            "autocomplete": "off",
        },
    )
    full_name = fields.String(
        required=True,
        validate=validate.Length(max=1000),
        metadata={"label": lazy_gettext("Full name, sealed"), "autocomplete": "off"},
    )
    contact = fields.String(
        required=True,
        validate=validate.Length(max=1000),
        metadata={
            "label": lazy_gettext("Address and telephone, sealed"),
            "kind": "textarea",
            "rows": 3,
            "autocomplete": "off",
        },
    )
    status_seen = fields.Boolean(
        load_default=False, metadata={"label": lazy_gettext("I have seen proof of their lawful status")}
    )


class OpeningIn(Schema):
    """Why something sealed is opened."""

    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Why you open it"),
            "hint": lazy_gettext("Kept in the audit trail."),
            "autocomplete": "off",
            "maxlength": 500,
        },
    )


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
