"""What a form or a JSON body may say about pro bono work, and what software gets back."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.reports.bar_report import STATES, Added
from legal.reports.pro_bono_standing import BENEFICIARIES, CHANNELS


class ProBonoStandingIn(Schema):
    """What a matter is to a bar."""

    beneficiary = fields.String(
        required=True,
        validate=validate.OneOf(list(BENEFICIARIES)),
        metadata={
            "label": lazy_gettext("For whom"),
            "kind": "select",
            "options": list(BENEFICIARIES.items()),
        },
    )
    channel = fields.String(
        required=True,
        validate=validate.OneOf(list(CHANNELS)),
        metadata={"label": lazy_gettext("How it came"), "kind": "select", "options": list(CHANNELS.items())},
    )
    fee_expected_at_outset = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("A fee was expected at the outset"),
            "hint": lazy_gettext("Such hours are not pro bono, paid or not."),
        },
    )


class ProBonoStandingOut(ma.Schema):
    matter_id = fields.String(required=True)
    beneficiary = fields.String(required=True)
    channel = fields.String(required=True)
    fee_expected_at_outset = fields.Boolean(required=True)


class StatementIn(Schema):
    """Which bar and years, and what no time sheet knows."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(list(STATES)),
        metadata={"label": lazy_gettext("Bar"), "kind": "select", "options": list(STATES.items())},
    )

    year = fields.Integer(
        load_default=None,
        validate=validate.Range(min=2000, max=2100),
        metadata={"label": lazy_gettext("Year"), "hint": lazy_gettext("The last one that is told.")},
    )
    dollars = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=10_000_000),
        metadata={"label": lazy_gettext("Given to legal aid, in whole dollars"), "min": 0},
    )
    circuit = fields.String(
        load_default="",
        validate=validate.Length(max=20),
        metadata={"label": lazy_gettext("Circuit of a collective plan (Florida)")},
    )
    deferred_because = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={
            "label": lazy_gettext("Why you are deferred (Florida)"),
            "hint": lazy_gettext("Such as a judicial office, government service or inactive membership."),
        },
    )
    is_excused = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("Retired, or on the staff of a pro bono organisation (New York)"),
        },
    )
    is_prohibited = fields.Boolean(
        load_default=False,
        metadata={"label": lazy_gettext("My employment forbids pro bono work (Illinois)")},
    )

    @ma.post_load
    def as_wish(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"state": data.pop("state"), "year": data.pop("year"), "added": Added(**data)}


class AnswerOut(ma.Schema):
    """One line of a statement."""

    key = fields.String(required=True)
    question = fields.String(required=True)
    tenths = fields.Integer(required=True, allow_none=True)
    dollars = fields.Integer(required=True, allow_none=True)
    words = fields.String(required=True)


class BarReportOut(ma.Schema):
    """A statement. It holds no name and no id."""

    state = fields.String(required=True)
    first_year = fields.Integer(required=True)
    last_year = fields.Integer(required=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)
    excluded_tenths = fields.Integer(required=True)
