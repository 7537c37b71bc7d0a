"""Campaigns, their partners, and updates."""

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns import opening
from campaigns.partners.donor_sharing import MODES, NOTHING
from campaigns.picturing import PICTURES
from campaigns.schemas import choices
from campaigns.schemas.said import said
from campaigns.updates import updating
from core.forms import Schema
from core.uploads import UploadField


def title_field(longest: int = 120) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(max=longest),
        metadata={"label": lazy_gettext("Title"), "maxlength": longest, "autocomplete": "off"},
        error_messages=said(required=lazy_gettext("Write a title.")),
    )


def slug_field(address: str) -> fields.String:
    return fields.String(
        validate=validate.Length(max=60),
        metadata={
            "label": lazy_gettext("Address"),
            "hint": lazy_gettext(
                "The public address begins with %(address)s. Left empty, it follows the title.",
                address=address,
            ),
            "maxlength": 60,
            "autocomplete": "off",
        },
    )


def text_field(label: object, *, hint: object = "", longest: int, rows: int) -> fields.String:
    """A text that may be emptied, in JSON too."""
    return fields.String(
        load_default="",
        validate=validate.Length(max=longest),
        metadata={
            "label": label,
            "hint": hint,
            "kind": "textarea",
            "rows": rows,
            "maxlength": longest,
            "keeps_blank": True,
        },
    )


def version_field() -> fields.Integer:
    return fields.Integer(
        metadata={
            "kind": "hidden",
            "description": "The version the edit began with; 409 `edited_meanwhile` when it has moved on.",
        },
    )


def looked_at_field() -> fields.Boolean:
    return fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy_gettext("I have looked. This may become public."),
            "description": "Publish in spite of the warnings that 409 `look_again` named.",
        },
    )


def mode_field(**given: Any) -> fields.String:
    return fields.String(
        validate=validate.OneOf(list(MODES)),
        metadata={
            "label": lazy_gettext("Which of your donors it may see"),
            "kind": "select",
            "options": lambda: list(MODES.items()),
        },
        **given,
    )


class CampaignSchema(Schema):
    """A new campaign."""

    title = title_field()
    slug = slug_field("/c/")
    summary = text_field(
        lazy_gettext("In a sentence"),
        hint=lazy_gettext("First the person, then what they want, then what is needed."),
        longest=opening.LONGEST["summary"],
        rows=2,
    )
    story = text_field(
        lazy_gettext("Story"),
        hint=lazy_gettext("Markdown. Nothing about place, facility, dates, employer or school."),
        longest=opening.LONGEST["story"],
        rows=12,
    )
    client_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy_gettext("Client"),
            "hint": lazy_gettext("Shown by the persona's name alone."),
            "kind": "select",
            "options": choices.clients,
        },
    )


class CampaignEditSchema(CampaignSchema):
    version = version_field()
    looked_at = looked_at_field()


class PartnerSchema(Schema):
    organisation_slug = fields.String(
        required=True,
        validate=validate.Length(max=80),
        metadata={
            "label": lazy_gettext("Short name of the organisation"),
            "hint": lazy_gettext("It stands at the end of its own list of campaigns."),
            "autocomplete": "off",
        },
    )
    mode = mode_field(load_default=NOTHING)


class SharingSchema(Schema):
    """Which of the own donors a partner may see."""

    mode = mode_field(required=True)


class TellingSchema(Schema):
    """Whether public pages may tell what came in by a partner's link."""

    is_told = fields.Boolean(
        load_default=False, metadata={"label": lazy_gettext("Tell it on the campaign's public page")}
    )


class PictureSchema(Schema):
    """A picture, and what it shows."""

    picture = UploadField(
        PICTURES,
        required=True,
        metadata={
            "label": lazy_gettext("Picture"),
            "hint": lazy_gettext(
                "JPEG, PNG or WebP, up to 12 MB. Nobody's face without their consent. Where and when it was taken is"
                " not kept."
            ),
        },
    )
    picture_alt = fields.String(
        required=True,
        validate=validate.Length(min=1, max=250),
        metadata={
            "label": lazy_gettext("What it shows"),
            "hint": lazy_gettext("Read aloud to who cannot see it."),
            "maxlength": 250,
        },
    )
    looked_at = looked_at_field()


class ReasonSchema(Schema):
    reason = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Reason"),
            "hint": lazy_gettext("Kept in the audit trail."),
            "maxlength": 500,
        },
    )


class UpdateSchema(Schema):
    """News of a campaign."""

    title = title_field(updating.LONGEST["title"])
    body = fields.String(
        required=True,
        validate=validate.Length(max=updating.LONGEST["body"]),
        metadata={
            "label": lazy_gettext("Text"),
            "hint": lazy_gettext("Markdown. Say what happened, what it means, what comes next."),
            "kind": "textarea",
            "rows": 10,
            "maxlength": updating.LONGEST["body"],
        },
    )


class UpdateEditSchema(UpdateSchema):
    version = version_field()
    looked_at = looked_at_field()


class NewUpdateSchema(UpdateSchema):
    """An update written from the list of updates, where the campaign is chosen."""

    campaign_id = fields.String(
        required=True,
        metadata={"label": lazy_gettext("Campaign"), "kind": "select", "options": choices.campaigns},
    )
