"""What the public form says about a pledge of hours."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.matters.timekeeper import CLASSES, EARLIEST_BAR_YEAR
from legal.pledges.hours_pledge import MOST_HOURS
from legal.pledges.pledging import PledgeTerms


class HoursPledgeIn(Schema):
    hours = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=MOST_HOURS),
        metadata={"label": lazy_gettext("Hours you pledge"), "min": 1, "max": MOST_HOURS},
    )
    name = fields.String(
        required=True,
        validate=validate.Length(max=120),
        metadata={"label": lazy_gettext("Your name"), "autocomplete": "name", "maxlength": 120},
    )
    email = fields.Email(
        required=True,
        validate=validate.Length(max=254),
        metadata={
            "label": lazy_gettext("E-mail address"),
            "hint": lazy_gettext("A mail asks you to confirm it."),
            "autocomplete": "email",
        },
    )
    firm = fields.String(
        load_default="",
        validate=validate.Length(max=120),
        metadata={"label": lazy_gettext("Firm or organisation"), "autocomplete": "organization"},
    )
    classification = fields.String(
        required=True,
        validate=validate.OneOf(list(CLASSES)),
        metadata={"label": lazy_gettext("You are"), "kind": "select", "options": list(CLASSES.items())},
    )
    bar = fields.String(
        load_default="",
        validate=validate.Length(max=120),
        metadata={"label": lazy_gettext("Bar that admitted you")},
    )
    bar_year = fields.Integer(
        load_default=None,
        validate=validate.Range(min=EARLIEST_BAR_YEAR, max=2100),
        metadata={"label": lazy_gettext("Year of admission to the bar"), "inputmode": "numeric"},
    )
    #: Empty unless a machine fills in all there is.
    website = fields.String(load_default="", metadata={"kind": "hidden"})

    @ma.post_load
    def as_terms(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        is_machine = bool(data.pop("website"))
        return {"terms": PledgeTerms(**data), "is_machine": is_machine}
