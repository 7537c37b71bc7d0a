"""A later deadline, as a form or a JSON body asks for it."""

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.schemas.campaign import looked_at_field
from core.forms import Schema


class ExtensionSchema(Schema):
    """A later deadline, as a form or a JSON body asks for it."""

    closes_on = fields.Date(
        load_default=None,
        metadata={
            "label": lazy_gettext("New last day"),
            "hint": lazy_gettext("Closes at midnight, when it ends."),
        },
    )
    closes_time = fields.Time(
        load_default=None, metadata={"label": lazy_gettext("Or at a time"), "kind": "time"}
    )
    note = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Why it is later"),
            "hint": lazy_gettext("Public. It stays on the drive's page with the first deadline."),
            "kind": "textarea",
            "maxlength": 500,
            "rows": 3,
        },
    )
    looked_at = looked_at_field()


class ExtensionOut(ma.Schema):
    id = fields.String(required=True)
    closed_before = fields.AwareDateTime(required=True)
    closes_now = fields.AwareDateTime(required=True)
    note = fields.String(required=True)
    extended_at = fields.AwareDateTime(required=True)
