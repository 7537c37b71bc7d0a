"""What the form under a petition may say."""

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.petitions.signature import LONGEST_EMAIL, LONGEST_NAME, LONGEST_TOWN
from core.forms import Schema


class SignatureIn(Schema):
    name = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_NAME),
        metadata={"label": lazy_gettext("Your name"), "autocomplete": "name", "maxlength": LONGEST_NAME},
    )
    email = fields.Email(
        required=True,
        validate=validate.Length(max=LONGEST_EMAIL),
        metadata={
            "label": lazy_gettext("E-mail address"),
            "hint": lazy_gettext("Never shown. A mail asks you to confirm."),
            "autocomplete": "email",
        },
    )
    town = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_TOWN),
        metadata={
            "label": lazy_gettext("Town"),
            "autocomplete": "address-level2",
            "maxlength": LONGEST_TOWN,
        },
    )
    is_public = fields.Boolean(
        load_default=False,
        metadata={"label": lazy_gettext("Show my name and town on the public list")},
    )
    via = fields.String(load_default="", metadata={"kind": "hidden"})
    form_token = fields.String(load_default="", metadata={"kind": "hidden"})
    #: Empty unless a machine fills in all there is.
    website = fields.String(load_default="", metadata={"kind": "hidden"})
