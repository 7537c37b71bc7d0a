"""What a form or a JSON body may say about matters and timekeepers."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.hours.rounding import DEFAULT_POLICY, POLICY_LABELS
from legal.matters.engaging import Intake, MatterTerms
from legal.matters.matter import PARTS
from legal.matters.timekeeper import CLASSES
from legal.rates.rate_matrix import DEFAULT_MATRIX, MATRICES
from legal.schemas import choices
from legal.schemas.matter_file import names_in


class MatterIn(Schema):
    """A new matter."""

    campaign_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Campaign"), "kind": "select", "options": choices.campaigns},
    )
    title = fields.String(
        required=True,
        validate=validate.Length(max=120),
        metadata={
            "label": lazy_gettext("Working title"),
            "hint": lazy_gettext("Neutral words such as Petition and bond. Never the client's name."),
            "maxlength": 120,
            "autocomplete": "off",
        },
    )
    opened_on = fields.Date(required=True, metadata={"label": lazy_gettext("Opened on")})
    rounding_policy = fields.String(
        load_default=DEFAULT_POLICY,
        validate=validate.OneOf(list(POLICY_LABELS)),
        metadata={
            "label": lazy_gettext("Rounding of time"),
            "kind": "select",
            "options": list(POLICY_LABELS.items()),
        },
    )
    matrix = fields.String(
        load_default=DEFAULT_MATRIX,
        validate=validate.OneOf(list(MATRICES)),
        metadata={
            "label": lazy_gettext("Rates for the estimate of value"),
            "hint": lazy_gettext("EAJA is public, by calendar year, and conservative."),
            "kind": "select",
            "options": choices.matrices,
        },
    )

    parties = fields.Raw(
        load_default="",
        metadata={
            "label": lazy_gettext("Other parties"),
            "hint": lazy_gettext(
                "One name a line: the other side, relatives, witnesses. Checked for conflicts across "
                "organisations and kept in a form that nobody can read."
            ),
            "kind": "textarea",
            "rows": 3,
            "autocomplete": "off",
        },
    )
    is_cleared = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("A possible conflict was talked about and does not stand in the way"),
        },
    )

    @ma.post_load
    def as_terms(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        intake = Intake(parties=names_in(data.pop("parties")), is_cleared=data.pop("is_cleared"))
        return {"campaign_id": data.pop("campaign_id"), "terms": MatterTerms(**data), "intake": intake}


class CounselIn(Schema):
    organisation_id = fields.String(
        required=True, metadata={"label": lazy_gettext("Organisation"), "kind": "select"}
    )
    part = fields.String(
        required=True,
        validate=validate.OneOf(list(PARTS)),
        metadata={"label": lazy_gettext("Part"), "kind": "select", "options": list(PARTS.items())},
    )


class TimekeeperIn(Schema):
    name = fields.String(
        required=True, validate=validate.Length(max=120), metadata={"label": lazy_gettext("Name")}
    )
    classification = fields.String(
        required=True,
        validate=validate.OneOf(list(CLASSES)),
        metadata={"label": lazy_gettext("Class"), "kind": "select", "options": list(CLASSES.items())},
    )
    bar_year = fields.Integer(
        allow_none=True,
        load_default=None,
        metadata={
            "label": lazy_gettext("Year of admission to the bar"),
            "hint": lazy_gettext("Empty for people who are not lawyers."),
            "inputmode": "numeric",
        },
    )
    member_id = fields.String(
        allow_none=True,
        load_default=None,
        metadata={
            "label": lazy_gettext("Signs in as"),
            "hint": lazy_gettext("Nobody: a colleague writes the hours of a volunteer."),
            "kind": "select",
            "options": choices.free_members,
        },
    )
