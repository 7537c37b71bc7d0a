"""What a form or a JSON body may say about a mailing, and what software gets back."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from donors.mailings.mailing import AUDIENCES, BECAUSE


class MailingIn(Schema):
    """Whom to write to, and when: now unless `due_at` says otherwise."""

    audience = fields.String(required=True, validate=validate.OneOf(list(AUDIENCES)))
    drive_id = fields.String(load_default="")
    due_at = fields.AwareDateTime(load_default=None, default_timezone=UTC)


class MailingForm(Schema):
    """The same as a person asks for it: a day and a time in the organisation's zone."""

    #: Set by the page, since it depends on the campaign.
    drives: list[tuple[str, str]] = []
    zone = "UTC"

    audience = fields.String(
        required=True,
        validate=validate.OneOf(list(AUDIENCES)),
        metadata={"label": lazy_gettext("To whom"), "kind": "radio", "options": list(AUDIENCES.items())},
    )
    drive_id = fields.String(load_default="", metadata={"label": lazy_gettext("Drive"), "kind": "select"})
    on_day = fields.Date(
        load_default=None,
        metadata={"label": lazy_gettext("Day"), "hint": lazy_gettext("Empty sends it now.")},
    )
    at_time = fields.Time(load_default=None, metadata={"label": lazy_gettext("Time"), "kind": "time"})

    @ma.post_load
    def as_plan(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        day, at = data.pop("on_day"), data.pop("at_time")
        if (day is None) != (at is None):
            raise ma.ValidationError(str(lazy_gettext("Choose both, day and time.")), "on_day")
        due_at = datetime.combine(day, at, ZoneInfo(self.zone)).astimezone(UTC) if day else None
        return {**data, "due_at": due_at}


class ResultsOut(ma.Schema):
    written = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    bounced = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    unsubscribed = fields.Integer(required=True)


class MailingOut(ma.Schema):
    id = fields.String(required=True)
    update_id = fields.String(required=True)
    audience = fields.String(required=True)
    drive_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_because = fields.String(
        required=True,
        validate=validate.OneOf(("", *BECAUSE)),
        metadata={"description": "Why it was stopped; `lead_moved`: plan it again, to one's own donors"},
    )
    results = fields.Nested(ResultsOut, required=True)
