"""What a form, a JSON body or a CSV row may say about time. One schema serves all three."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.errors import Invalid, flatten
from core.forms import Schema
from legal.hours.durations import parse
from legal.hours.timekeeping import Work
from legal.schemas import choices


class Duration(fields.Field[int]):
    """A duration in any of the five spellings, as whole minutes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ma.ValidationError(_("Write a duration such as 1h 12m, 1:12, 72min or 1.2h."))
        try:
            return parse(value)
        except Invalid as refusal:
            raise ma.ValidationError(refusal.errors["duration"]) from None


class WorkIn(Schema):
    """What was done. The time is either `duration`, as people write it, or `minutes`, as software counts."""

    worked_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day")})
    duration = Duration(
        metadata={
            "label": lazy_gettext("Duration"),
            "type": "string",
            "hint": lazy_gettext("1h 12m, 1:12, 72min or 1.2h"),
            "placeholder": "1h 12m",
        }
    )
    minutes = fields.Integer(strict=True, metadata={"label": lazy_gettext("Minutes")})
    task_code = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Task"),
            "hint": lazy_gettext("Type a word, such as motion or hearing."),
            "list": "utbms-tasks",
            "placeholder": lazy_gettext("Task: motion, hearing"),
        },
    )
    activity_code = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Activity"),
            "list": "utbms-activities",
            "placeholder": lazy_gettext("Activity: draft, review"),
        },
    )
    starts_at = fields.Time(
        allow_none=True,
        load_default=None,
        format="%H:%M",
        metadata={
            "label": lazy_gettext("Began at"),
            "hint": lazy_gettext("It shows what overlaps."),
            "kind": "time",
        },
    )
    narrative = fields.String(
        required=True,
        validate=validate.Length(max=2000),
        metadata={
            "label": lazy_gettext("What was done"),
            "hint": lazy_gettext("Read by your organisation only. One action a line."),
            "placeholder": lazy_gettext("Draft the motion"),
            "maxlength": 2000,
        },
    )

    @ma.validates_schema(pass_original=True, skip_on_field_errors=False)
    def has_one_time(self, data: dict[str, Any], original_data: Any, **kwargs: Any) -> None:
        if not isinstance(original_data, Mapping):
            return  # in a list of rows; that it is no object is said already
        given = [name for name in ("duration", "minutes") if original_data.get(name) not in (None, "")]
        if not given and "duration" not in data:
            raise ma.ValidationError({"duration": [_("Say how long it took.")]})
        if len(given) == 2:
            raise ma.ValidationError({"minutes": [_("Give the duration or the minutes, not both.")]})

    @ma.post_load
    def as_work(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """`work`, and beside it what is left: the matter and the timekeeper."""
        minutes = data.pop("minutes", None)
        minutes = data.pop("duration", minutes)
        began = data.pop("starts_at", None)
        starts_minute = None if began is None else began.hour * 60 + began.minute
        names = ("worked_on", "task_code", "activity_code", "narrative")
        work = Work(minutes=minutes, starts_minute=starts_minute, **{name: data.pop(name) for name in names})
        return {**data, "work": work}


class TimeEntryIn(WorkIn):
    matter_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Matter"), "kind": "select", "options": choices.matters},
    )
    timekeeper_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Timekeeper"), "kind": "select", "options": choices.timekeepers},
    )


class CorrectionIn(Schema):
    """What was wrong with a certified entry, and what it should have been; without that it is taken back."""

    reason = fields.String(required=True, validate=validate.Length(max=500))
    instead = fields.Nested(WorkIn, load_default=None, allow_none=True)

    @ma.post_load
    def as_work(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"reason": data["reason"], "work": data["instead"]["work"] if data["instead"] else None}


class CorrectedWorkIn(WorkIn):
    """The same as one flat form."""

    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={"label": lazy_gettext("What was wrong"), "maxlength": 500},
    )


class PeriodIn(Schema):
    """Days of a matter, both ends included."""

    starts_on = fields.Date(required=True, metadata={"label": lazy_gettext("From")})
    ends_on = fields.Date(required=True, metadata={"label": lazy_gettext("To")})

    @ma.validates_schema
    def is_not_turned_round(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["ends_on"] < data["starts_on"]:
            raise ma.ValidationError({"ends_on": [_("Choose a day after the first.")]})


class WhyNotIn(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={"label": lazy_gettext("Reason"), "kind": "textarea", "maxlength": 500, "rows": 2},
    )


def read_row(row: Mapping[str, str]) -> dict[str, Any]:
    """One CSV row through the schema of the form and the API. Raises Invalid."""
    try:
        loaded: Any = TimeEntryIn().load(row)
    except ma.ValidationError as refusal:
        raise Invalid(flatten(refusal.messages)) from None
    return loaded
