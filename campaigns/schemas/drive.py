"""Drives: the form that people fill in."""

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns import opening
from campaigns.drives.drive_terms import (
    DEDUCTIBILITY,
    MOST_PEOPLE,
    GoalTerms,
)
from campaigns.drives.goal import (
    AMOUNT,
    DONORS,
    MONTHLY_VALUE,
    NEW_MONTHLY_DONORS,
    PRO_BONO_HOURS,
    SIGNATURES,
)
from campaigns.schemas import choices
from campaigns.schemas.campaign import looked_at_field, slug_field, text_field, title_field, version_field
from campaigns.schemas.said import said
from core.forms import MoneyField, Schema
from core.money import Money, NotMoney


class Presets(fields.Field[list[int]]):
    """Amounts as a person lists them, `25, 50, 100`, in minor units of the schema's currency."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[int]:
        currency = getattr(self.parent, "context_currency", "USD")
        separator = ";" if ";" in str(value) else ","
        try:
            return [Money.parse(each, currency).minor for each in str(value).split(separator)]
        except NotMoney:
            raise ma.ValidationError(_("Write amounts with commas between them, like 25, 50, 100.")) from None


class Rhythms(fields.Field[list[str]]):
    """The rhythms offered besides giving once, as the select sends them: `month,year`, or `once` for none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        if value not in dict(choices.rhythms()):
            raise ma.ValidationError(_("Choose one of the list."))
        return [each for each in str(value).split(",") if each != "once"]


class DriveWordsSchema(Schema):
    """What may still change when a drive is public: its words, and the amounts it offers."""

    context_currency = "USD"

    title = title_field()
    summary = text_field(
        lazy_gettext("In a sentence"),
        hint=lazy_gettext("What is needed, and by when."),
        longest=opening.LONGEST["summary"],
        rows=2,
    )
    story = text_field(
        lazy_gettext("Story"),
        hint=lazy_gettext("Markdown. Nothing about place, facility, dates, employer or school."),
        longest=opening.LONGEST["story"],
        rows=10,
    )
    petition = text_field(
        lazy_gettext("Petition"),
        hint=lazy_gettext("What people sign: what is asked, and of whom. Needs a goal of signatures."),
        longest=opening.LONGEST["petition"],
        rows=4,
    )
    presets = Presets(
        load_default=(2500, 5000, 10000),
        metadata={
            "label": lazy_gettext("Amounts offered"),
            "hint": lazy_gettext("Smallest first, with commas between."),
            "inputmode": "decimal",
        },
    )
    rhythms = Rhythms(
        load_default=lambda: ["month"],
        metadata={
            "label": lazy_gettext("Besides giving once"),
            "kind": "select",
            "options": choices.rhythms,
        },
    )
    version = version_field()
    looked_at = looked_at_field()


class DriveRulesSchema(DriveWordsSchema):
    """A draft: the rules that are frozen at publication as well."""

    slug = slug_field("/d/")
    goal_amount = MoneyField(
        metadata={"label": lazy_gettext("Goal: amount"), "hint": lazy_gettext("In the fund's currency.")}
    )
    goal_new_monthly_donors = fields.Integer(
        validate=validate.Range(
            min=1,
            max=MOST_PEOPLE,
            **said(error=lazy_gettext("Write a whole number of people, more than zero.")),
        ),
        metadata={
            "label": lazy_gettext("Goal: monthly donors"),
            "hint": lazy_gettext("Whoever gave monthly in the past year is not new."),
            "min": 1,
        },
        error_messages=said(invalid=lazy_gettext("Write a whole number of people, more than zero.")),
    )
    steps_amount = Presets(
        load_default=list,
        metadata={
            "label": lazy_gettext("Steps of the amount"),
            "hint": lazy_gettext(
                "Milestones before the goal and stretch goals after it, with commas between."
            ),
            "inputmode": "decimal",
        },
    )
    goal_donors = fields.Integer(
        validate=validate.Range(
            min=1,
            max=MOST_PEOPLE,
            **said(error=lazy_gettext("Write a whole number of people, more than zero.")),
        ),
        metadata={"label": lazy_gettext("Goal: donors"), "min": 1},
        error_messages=said(invalid=lazy_gettext("Write a whole number of people, more than zero.")),
    )
    goal_monthly_value = MoneyField(
        metadata={
            "label": lazy_gettext("Goal: monthly value"),
            "hint": lazy_gettext("What new recurring gifts bring a month."),
        }
    )
    goal_pro_bono_hours = fields.Integer(
        validate=validate.Range(
            min=1,
            max=MOST_PEOPLE,
            **said(error=lazy_gettext("Write a whole number of hours, more than zero.")),
        ),
        metadata={
            "label": lazy_gettext("Goal: pro bono hours"),
            "hint": lazy_gettext("Lawyers can pledge them. Certified hours alone count."),
            "min": 1,
        },
        error_messages=said(invalid=lazy_gettext("Write a whole number of hours, more than zero.")),
    )
    goal_signatures = fields.Integer(
        validate=validate.Range(
            min=1,
            max=MOST_PEOPLE,
            **said(error=lazy_gettext("Write a whole number of people, more than zero.")),
        ),
        metadata={"label": lazy_gettext("Goal: signatures"), "min": 1},
        error_messages=said(invalid=lazy_gettext("Write a whole number of people, more than zero.")),
    )
    closes_on = fields.Date(
        load_default=None,
        metadata={
            "label": lazy_gettext("Last day"),
            "hint": lazy_gettext("Closes at midnight, when it ends."),
        },
    )
    closes_time = fields.Time(
        load_default=None,
        metadata={
            "label": lazy_gettext("Or at a time"),
            "kind": "time",
            "hint": lazy_gettext("The first that no longer counts."),
        },
    )
    zone = fields.String(
        validate=validate.Length(max=64),
        metadata={
            "label": lazy_gettext("Time zone"),
            "hint": lazy_gettext("Printed beside the deadline."),
            "list": "zones",
        },
    )
    grace_counts = fields.Boolean(
        load_default=True,
        metadata={
            "label": lazy_gettext("Gifts begun in time count"),
            "hint": lazy_gettext("A checkout opened before the deadline may finish within 30 minutes."),
        },
    )
    deductibility = fields.String(
        load_default="ask_counsel",
        validate=validate.OneOf(DEDUCTIBILITY),
        metadata={
            "label": lazy_gettext("Deductibility"),
            "hint": lazy_gettext("Printed on receipts. Gifts for one named person need counsel's word."),
            "kind": "select",
            "options": choices.deductibility,
        },
    )

    @ma.post_load
    def as_changes(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The goal fields become `goals`, in the order of `METRICS`."""
        targets = {
            AMOUNT: data.pop("goal_amount").minor if "goal_amount" in data else None,
            DONORS: data.pop("goal_donors", None),
            NEW_MONTHLY_DONORS: data.pop("goal_new_monthly_donors", None),
            MONTHLY_VALUE: data.pop("goal_monthly_value").minor if "goal_monthly_value" in data else None,
            PRO_BONO_HOURS: data.pop("goal_pro_bono_hours", None),
            SIGNATURES: data.pop("goal_signatures", None),
        }
        steps = {AMOUNT: tuple(data.pop("steps_amount"))}
        goals = [
            GoalTerms(metric=metric, target=target, steps=steps.get(metric, ()))
            for metric, target in targets.items()
            if target
        ]
        return {**data, "goals": goals}


class NewDriveSchema(DriveRulesSchema):
    campaign_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Campaign"), "kind": "select", "options": choices.campaigns},
    )
    fund_id = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Paid into"),
            "hint": lazy_gettext("Its purpose and surplus clause stand on the page."),
            "kind": "select",
            "options": choices.funds,
        },
        error_messages=said(required=lazy_gettext("Choose a fund. Open one first where there is none.")),
    )
