"""Clients by their persona, and the sealed identity's two forms."""

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.clients import identity, registering
from campaigns.schemas.campaign import text_field, version_field
from campaigns.schemas.said import said
from core.forms import Schema


class PersonaSchema(Schema):
    display_name = fields.String(
        required=True,
        validate=validate.Length(max=registering.LONGEST["display_name"]),
        metadata={
            "label": lazy_gettext("Name the public reads"),
            "hint": lazy_gettext("Not the client's own name."),
            "maxlength": registering.LONGEST["display_name"],
            "autocomplete": "off",
        },
    )
    pronoun = fields.String(
        load_default="",
        validate=validate.Length(max=registering.LONGEST["pronoun"]),
        metadata={"label": lazy_gettext("Pronoun"), "keeps_blank": True, "autocomplete": "off"},
    )
    summary = text_field(
        lazy_gettext("What may be told"),
        hint=lazy_gettext("A sentence or two that the client agreed to."),
        longest=registering.LONGEST["summary"],
        rows=3,
    )


class PersonaEditSchema(PersonaSchema):
    """The same, of which software sends only what changes."""

    version = version_field()


class IdentitySchema(Schema):
    """Who the client is; never shown again in a form."""

    full_name = fields.String(
        required=True,
        validate=validate.Length(max=identity.LONGEST),
        metadata={"label": lazy_gettext("Full name"), "autocomplete": "off"},
    )
    never_publish = fields.String(
        load_default="",
        validate=validate.Length(max=identity.LONGEST),
        metadata={
            "label": lazy_gettext("Never to be published"),
            "hint": lazy_gettext(
                "One entry a line: first name or surname alone, other names, relatives, town, employer, "
                "facility. A public text with one of them is refused."
            ),
            "kind": "textarea",
            "rows": 6,
            "autocomplete": "off",
        },
    )


class OpeningSchema(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Why do you need it?"),
            "hint": lazy_gettext("Ten characters or more, without the name. Kept in the audit trail."),
            "maxlength": 500,
            "autocomplete": "off",
        },
        error_messages=said(
            required=lazy_gettext("Say why, in ten characters or more. It is kept in the audit trail.")
        ),
    )
