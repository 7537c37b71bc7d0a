"""What a supporter's page may say, and what software hears of such pages."""

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.forms import MoneyField, Schema
from donors.supporters.supporter_page import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_TITLE,
    LONGEST_WORDS,
    STATES,
)


class PageWordsIn(Schema):
    """Words and goal; a typed goal is in the drive's currency."""

    title = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_TITLE),
        metadata={
            "label": lazy_gettext("Title of your page"),
            "hint": lazy_gettext("“I run ten miles”, for example."),
            "maxlength": LONGEST_TITLE,
        },
    )
    name = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_NAME),
        metadata={
            "label": lazy_gettext("Your name, as everybody may read it"),
            "autocomplete": "name",
            "maxlength": LONGEST_NAME,
        },
    )
    words = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_WORDS),
        metadata={
            "label": lazy_gettext("Why you raise money for this"),
            "hint": lazy_gettext(
                "Your own words. Tell nothing of the person that the drive itself does not tell."
            ),
            "kind": "textarea",
            "maxlength": LONGEST_WORDS,
        },
    )
    goal = MoneyField(required=True, metadata={"label": lazy_gettext("Your own goal")})

    def __init__(self, *, currency: str = "USD", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context_currency = currency


class PageIn(PageWordsIn):
    email = fields.Email(
        required=True,
        validate=validate.Length(max=LONGEST_EMAIL),
        metadata={
            "label": lazy_gettext("E-mail address"),
            "hint": lazy_gettext(
                "Never shown. A mail asks you to confirm, and has the link to change your page."
            ),
            "autocomplete": "email",
        },
    )
    form_token = fields.String(load_default="", metadata={"kind": "hidden"})
    #: Empty unless a machine fills in all there is.
    website = fields.String(load_default="", metadata={"kind": "hidden"})


class PageLinkIn(Schema):
    email = fields.Email(
        required=True,
        validate=validate.Length(max=LONGEST_EMAIL),
        metadata={"label": lazy_gettext("E-mail address"), "autocomplete": "email"},
    )


class HidePageIn(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("The supporter reads it in a mail.")},
    )


class SupporterPageOut(PlainSchema):
    """Without the supporter's address."""

    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    title = fields.String(required=True)
    name = fields.String(required=True)
    words = fields.String(required=True)
    goal_minor = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STATES)))
    begun_at = fields.AwareDateTime(required=True)
    public_at = fields.AwareDateTime(required=True, allow_none=True)
    hidden_because = fields.String(required=True)
