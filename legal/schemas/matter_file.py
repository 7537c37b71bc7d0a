"""What a form or a JSON body may say about a matter's file: sealed facts, phases, screens, rounding, agreements."""

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.hours.rounding import POLICY_LABELS
from legal.matters import facts, phase
from legal.schemas import choices


class FactsIn(Schema):
    court = fields.String(
        load_default="",
        validate=validate.Length(max=facts.LONGEST["court"]),
        metadata={"label": lazy_gettext("Court"), "autocomplete": "off"},
    )
    docket = fields.String(
        load_default="",
        validate=validate.Length(max=facts.LONGEST["docket"]),
        metadata={"label": lazy_gettext("Docket number"), "autocomplete": "off"},
    )
    opposing_counsel = fields.String(
        load_default="",
        validate=validate.Length(max=facts.LONGEST["opposing_counsel"]),
        metadata={"label": lazy_gettext("Counsel of the other side"), "autocomplete": "off"},
    )


class OpeningIn(Schema):
    reason = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Reason"),
            "hint": lazy_gettext("It is kept in the audit trail, with your name."),
        },
    )


class PhaseIn(Schema):
    phase = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Phase"),
            "kind": "select",
            "options": lambda: [(code.code, code.label) for code in phase.phase_codes()],
        },
    )
    begins_on = fields.Date(required=True, metadata={"label": lazy_gettext("Begins on")})


class ScreenIn(Schema):
    member_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Person"), "kind": "select", "options": choices.members},
    )
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={"label": lazy_gettext("Reason"), "maxlength": 500},
    )
    from_on = fields.Date(required=True, metadata={"label": lazy_gettext("From")})
    until_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy_gettext("Until"), "hint": lazy_gettext("Empty for good.")},
    )


class RoundingIn(Schema):
    policy = fields.String(
        required=True,
        validate=validate.OneOf(list(POLICY_LABELS)),
        metadata={
            "label": lazy_gettext("Rounding of time"),
            "kind": "select",
            "options": list(POLICY_LABELS.items()),
        },
    )
    valid_from = fields.Date(required=True, metadata={"label": lazy_gettext("From")})


class AgreementIn(Schema):
    reference = fields.String(
        required=True,
        validate=validate.Length(max=120),
        metadata={
            "label": lazy_gettext("Where the signed agreement lies"),
            "hint": lazy_gettext("Such as Common interest, binder 4. Never the client's name."),
        },
    )
    signed_on = fields.Date(required=True, metadata={"label": lazy_gettext("Signed on")})
    organisation_ids = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata={"label": lazy_gettext("With"), "kind": "checkboxes"},
    )


class PartiesIn(Schema):
    """Names, one a line in a form and a list in JSON."""

    parties = fields.Raw(
        required=True,
        metadata={
            "label": lazy_gettext("Names"),
            "hint": lazy_gettext(
                "One a line: people and organisations. They are kept in a form that nobody can read."
            ),
            "kind": "textarea",
            "rows": 4,
            "autocomplete": "off",
        },
    )

    @ma.post_load
    def as_names(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {**data, "parties": names_in(data["parties"])}


def names_in(given: Any) -> tuple[str, ...]:
    """A text with one name a line, or a list of names. Raises ValidationError on parties."""
    names = given.splitlines() if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ma.ValidationError({"parties": [_("Write one name a line.")]})
    return tuple(names)
