"""Drives as software sends them."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns import opening
from campaigns.drives.drive_terms import (
    DEDUCTIBILITY,
    LONGEST_GRACE_MINUTES,
    MOST_PRESETS,
    RHYTHMS,
    GoalTerms,
)
from campaigns.drives.goal import METRICS
from campaigns.schemas.campaign import looked_at_field, slug_field, text_field, title_field, version_field
from core.forms import Schema
from core.money import LARGEST_MINOR


class GoalSchema(Schema):
    metric = fields.String(required=True, validate=validate.OneOf(METRICS))
    target = fields.Integer(
        required=True,
        strict=True,
        metadata={
            "description": "Minor units of the drive's currency for an amount, people for donors, whole hours."
        },
    )
    lookback_months = fields.Integer(strict=True, load_default=12)
    steps = fields.List(
        fields.Integer(strict=True),
        load_default=list,
        metadata={"description": "Milestones below the target and stretch goals above it, ascending"},
    )

    def load(self, data: Any, *, partial: Any = None, **how: Any) -> Any:
        """Whole also in an edit of which the rest is partial: a goal is told with metric and target, or not."""
        return super().load(data, partial=False, **how)

    @ma.post_load
    def as_terms(self, data: dict[str, Any], **kwargs: Any) -> GoalTerms:
        return GoalTerms(**{**data, "steps": tuple(data["steps"])})


def _minor(**kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=1, max=LARGEST_MINOR), **kwargs)


class DriveEditBody(Schema):
    """What software may change; after publication only words and amounts."""

    title = title_field()
    slug = slug_field("/d/")
    summary = text_field(lazy_gettext("In a sentence"), longest=opening.LONGEST["summary"], rows=2)
    story = text_field(lazy_gettext("Story"), longest=opening.LONGEST["story"], rows=10)
    zone = fields.String(validate=validate.Length(max=64))
    closes_on = fields.Date(metadata={"description": "The day at whose end, in `zone`, the drive closes."})
    closes_time = fields.Time(metadata={"description": "With `closes_on`: close at this local time instead."})
    closes_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "The exact instant instead; null for no deadline."}
    )
    opens_at = fields.AwareDateTime()
    grace_minutes = fields.Integer(strict=True, validate=validate.Range(min=0, max=LONGEST_GRACE_MINUTES))
    grace_counts = fields.Boolean()
    presets_minor = fields.List(_minor(), validate=validate.Length(min=1, max=MOST_PRESETS))
    rhythms = fields.List(
        fields.String(validate=validate.OneOf(RHYTHMS)),
        validate=validate.Length(max=len(RHYTHMS)),
        metadata={"description": "In which one may give besides once."},
    )
    min_minor = _minor()
    max_minor = _minor()
    deductibility = fields.String(validate=validate.OneOf(DEDUCTIBILITY))
    goals = fields.List(fields.Nested(GoalSchema), validate=validate.Length(max=len(METRICS)))
    version = version_field()
    looked_at = looked_at_field()


class DriveBody(DriveEditBody):
    """A new drive."""

    class Meta(DriveEditBody.Meta):
        exclude = ("version", "looked_at")

    campaign_id = fields.String(required=True)
    fund_id = fields.String(required=True)
