"""What a form or a JSON body may say about transparency reports, and what software gets back."""

from datetime import date
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.schemas.campaign import looked_at_field
from core.forms import Schema
from legal.reports.preparing import LARGEST_K, SMALLEST_K, ReportOrder
from legal.reports.publishing import LONGEST_NOTE, LONGEST_REASON
from legal.reports.suppression import PUBLIC_K


class MonthField(fields.Field[date]):
    """A month such as `2025-09`, as its first day."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            raise ma.ValidationError(_("Write a month as year and month, such as 2025-09.")) from None

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return f"{value:%Y-%m}" if value else None


def note_field(**kwargs: Any) -> fields.String:
    return fields.String(
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={
            "label": lazy_gettext("A note beside the report"),
            "hint": lazy_gettext("Screened like every public word. It can be withdrawn; figures cannot."),
            "kind": "textarea",
            "rows": 4,
        },
        **kwargs,
    )


class ReportIn(Schema):
    """Which report to publish."""

    through = MonthField(
        load_default=None,
        metadata={
            "label": lazy_gettext("Last month"),
            "hint": lazy_gettext("Such as 2025-09. Empty: the latest month that has ended."),
            "inputmode": "numeric",
            "type": "string",
        },
    )
    k = fields.Integer(
        load_default=PUBLIC_K,
        validate=validate.Range(min=SMALLEST_K, max=LARGEST_K),
        metadata={
            "label": lazy_gettext("Fewest entries that are shown"),
            "hint": lazy_gettext("11 for the public, not less than 5."),
            "min": SMALLEST_K,
            "max": LARGEST_K,
        },
    )
    supersedes_id = fields.String(load_default=None, allow_none=True, metadata={"kind": "hidden"})
    reason = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_REASON),
        metadata={
            "label": lazy_gettext("Why it is corrected"),
            "hint": lazy_gettext("Needed for a correction. It becomes public as a note."),
        },
    )
    note = note_field(load_default="")
    looked_at = looked_at_field()

    @ma.post_load
    def as_order(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        order = ReportOrder(
            through=data.pop("through"), k=data.pop("k"), supersedes_id=data.pop("supersedes_id")
        )
        return {"order": order, **data}


class NoteIn(Schema):
    """Words beside a published report."""

    note = note_field(required=True)
    looked_at = looked_at_field()


class ReportOut(ma.Schema):
    """A published report. Its figures are `content`, exactly as they were published."""

    id = fields.String(required=True)
    campaign_id = fields.String(required=True)
    first_month = MonthField(required=True, metadata={"type": "string"})
    last_month = MonthField(required=True, metadata={"type": "string"})
    sha256 = fields.String(required=True)
    supersedes_id = fields.String(required=True, allow_none=True)
    published_at = fields.AwareDateTime(required=True)
    content = fields.Dict(attribute="figures", required=True)


class NoteOut(ma.Schema):
    id = fields.String(required=True)
    report_id = fields.String(required=True)
    body = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
