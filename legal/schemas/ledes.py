"""What a form may say about a LEDES file."""

from flask_babel import lazy_gettext
from marshmallow import fields

from core.forms import Schema


class LedesPeriodIn(Schema):
    """Which days, both included, and whether the words themselves are in the file."""

    starts_on = fields.Date(required=True, metadata={"label": lazy_gettext("From")})
    ends_on = fields.Date(required=True, metadata={"label": lazy_gettext("To")})
    with_narratives = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("Include the narratives"),
            "hint": lazy_gettext("Otherwise each line carries the name of its task."),
        },
    )
