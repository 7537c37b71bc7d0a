"""The steps of a public text, consents, and timeline entries."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from campaigns.clearance import clearing
from campaigns.clearance.clearance import KINDS, STATES
from campaigns.clients import consenting
from campaigns.clients.disclosure_consent import SCOPES, SHORTEST_DELAY_DAYS
from campaigns.schemas.campaign import looked_at_field, text_field, version_field
from campaigns.schemas.said import said
from campaigns.timeline import telling
from campaigns.timeline.timeline_entry import HAPPENINGS
from core.forms import Schema
from staff.schemas import PieceIn


class SubmissionSchema(Schema):
    looked_at = looked_at_field()


class ApprovalSchema(Schema):
    #: Of the words that counsel read.
    sha256 = fields.String(required=True, validate=validate.Length(equal=64), metadata={"kind": "hidden"})


class ReturnSchema(Schema):
    note = fields.String(
        required=True,
        validate=validate.Length(max=clearing.LONGEST_NOTE),
        metadata={
            "label": lazy_gettext("What has to change"),
            "hint": lazy_gettext("The author reads it. Do not name the client."),
            "kind": "textarea",
            "rows": 3,
            "maxlength": clearing.LONGEST_NOTE,
        },
        error_messages=said(required=lazy_gettext("Say in a sentence what has to change.")),
    )


class AgreementSchema(Schema):
    consent_id = fields.String(load_default=None, allow_none=True)


def _scopes() -> list[tuple[str, str]]:
    return [(key, str(name)) for key, name in SCOPES.items()]


def _speakers() -> list[tuple[str, str]]:
    return [("client", _("The client")), ("representative", _("Who speaks for the client"))]


class ConsentSchema(Schema):
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        required=True,
        validate=validate.Length(min=1),
        metadata={"label": lazy_gettext("What may be told"), "kind": "checkboxes", "options": _scopes},
        error_messages=said(required=lazy_gettext("Tick what may be told.")),
    )
    given_by = fields.String(
        load_default="client",
        validate=validate.OneOf(("client", "representative")),
        metadata={"label": lazy_gettext("Who agreed"), "kind": "select", "options": _speakers},
    )
    language = fields.String(
        required=True,
        validate=validate.Length(min=2, max=40),
        metadata={
            "label": lazy_gettext("Language"),
            "hint": lazy_gettext("In which it was asked and answered, such as es or Mam."),
        },
    )
    interpreter = fields.String(
        load_default="",
        validate=validate.Length(max=consenting.LONGEST_INTERPRETER),
        metadata={
            "label": lazy_gettext("Interpreter"),
            "hint": lazy_gettext("How it was interpreted. Leave it empty where nobody had to."),
        },
    )
    given_on = fields.Date(required=True, metadata={"label": lazy_gettext("Agreed on")})
    expires_on = fields.Date(
        required=True,
        metadata={
            "label": lazy_gettext("Holds until"),
            "hint": lazy_gettext("The last day. Everything that stands on it goes out of sight then."),
        },
    )
    delay_days = fields.Integer(
        load_default=SHORTEST_DELAY_DAYS,
        metadata={
            "label": lazy_gettext("Days to wait before a month is told"),
            "hint": lazy_gettext("Counted from the end of the month; thirty at least."),
        },
    )


def _happenings() -> list[tuple[str, str]]:
    return [(key, str(name)) for key, name in HAPPENINGS.items()]


class TimelineSchema(Schema):
    """Something that happened in the case."""

    what = fields.String(
        required=True,
        validate=validate.OneOf(HAPPENINGS),
        metadata={"label": lazy_gettext("What happened"), "kind": "select", "options": _happenings},
    )
    happened_on = fields.Date(
        required=True,
        metadata={
            "label": lazy_gettext("When"),
            "hint": lazy_gettext("Any day of the month. Only the month is kept."),
        },
    )
    words = text_field(
        lazy_gettext("In a sentence"),
        hint=lazy_gettext("Nothing about place, facility, dates, employer or school."),
        longest=telling.LONGEST["words"],
        rows=2,
    )
    country = fields.String(
        load_default="",
        validate=validate.Length(max=telling.LONGEST["country"]),
        metadata={
            "label": lazy_gettext("Country"),
            "hint": lazy_gettext("Shown only if the client agreed to it."),
            "keeps_blank": True,
        },
    )
    region = fields.String(
        load_default="",
        validate=validate.Length(max=telling.LONGEST["region"]),
        metadata={
            "label": lazy_gettext("Region"),
            "hint": lazy_gettext("Shown only if the client agreed to it."),
            "keeps_blank": True,
        },
    )


class TimelineEditSchema(TimelineSchema):
    version = version_field()


class TextsIn(PieceIn):
    subject_id = fields.String(metadata={"description": "One campaign, drive, update or timeline entry."})


class TextOut(PlainSchema):
    id = fields.String()
    kind = fields.String(metadata={"enum": list(KINDS)})
    subject_id = fields.String(metadata={"description": "The campaign, drive, update or timeline entry."})
    campaign_id = fields.String()
    state = fields.String(metadata={"enum": list(STATES)})
    text_hash = fields.String(metadata={"description": "SHA-256 of the words as submitted."})
    submitted_at = fields.AwareDateTime(allow_none=True)


class TimelineOut(PlainSchema):
    id = fields.String()
    campaign_id = fields.String()
    what = fields.String(metadata={"enum": list(HAPPENINGS)})
    month = fields.Date(metadata={"description": "First day of the month; the day is not kept."})
    words = fields.String()
    country = fields.String()
    region = fields.String()
    place = fields.String(metadata={"description": "What the consent allows to be shown of it."})
    shown_from = fields.Date(allow_none=True)
    state = fields.String(metadata={"enum": ["draft", "public", "withdrawn"]})
    version = fields.Integer()


def happening(data: dict[str, Any]) -> telling.Happening:
    return telling.Happening(**data)


class ScheduleSchema(Schema):
    """When approved words become public, in the organisation's zone."""

    on_day = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    at_time = fields.Time(required=True, metadata={"label": lazy_gettext("Time"), "kind": "time"})


class ScheduleBody(Schema):
    due_at = fields.AwareDateTime(required=True)


class ScheduledOut(Schema):
    id = fields.String(required=True)
    clearance_id = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)
    ended_as = fields.String(required=True, metadata={"enum": ["", "published", "cancelled", "refused"]})
    refused_because = fields.String(required=True)
