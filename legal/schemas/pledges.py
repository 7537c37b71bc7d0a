"""What the public form says about a pledge of hours."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.matters.timekeeper import CLASSES, EARLIEST_BAR_YEAR
from legal.pledges.hours_pledge import MOST_HOURS
from legal.pledges.pledging import PledgeTerms
from legal.schemas import choices


class _PledgeIn(Schema):
    """What a lawyer promises."""

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


class HoursPledgeIn(_PledgeIn):
    """The public form."""

    #: Empty unless a machine fills in all there is.
    website = fields.String(load_default="", metadata={"kind": "hidden"})

    @ma.post_load
    def as_terms(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        is_machine = bool(data.pop("website"))
        return {"terms": PledgeTerms(**data), "is_machine": is_machine}


class RecordedPledgeIn(_PledgeIn):
    """What staff writes down of a pledge that was told to them."""

    class Meta(_PledgeIn.Meta):
        fields = (*("drive_id", "hours", "name", "email", "firm", "classification", "bar", "bar_year"),)

    drive_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Drive"), "kind": "select", "options": choices.asking},
    )

    @ma.post_load
    def as_terms(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"drive_id": data.pop("drive_id"), "terms": PledgeTerms(**data)}


class HoursPledgeOut(ma.Schema):
    """A pledge, as staff reads it."""

    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    state = fields.String(required=True)
    hours = fields.Integer(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    firm = fields.String(required=True)
    classification = fields.String(required=True)
    bar = fields.String(required=True)
    bar_year = fields.Integer(required=True, allow_none=True)
    pledged_at = fields.AwareDateTime(required=True)
    timekeeper_id = fields.String(required=True, allow_none=True)
