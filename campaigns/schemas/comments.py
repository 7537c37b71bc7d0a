"""Comments on drafts: what people and software send, and what software gets back."""

from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from campaigns.comments.comment import LONGEST, STATES
from core.forms import Schema


class CommentBody(Schema):
    body = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST),
        metadata={
            "label": lazy_gettext("Comment"),
            "hint": lazy_gettext(
                "Members of every organisation that takes part read it. Keep legal advice, and what the client told in"
                " confidence, out of it: shared here, it may lose its privilege."
            ),
            "kind": "textarea",
            "rows": 3,
            "maxlength": LONGEST,
        },
    )


class CommentSchema(CommentBody):
    mentions = fields.List(
        fields.String(),
        load_default=list,
        metadata={
            "label": lazy_gettext("Tell them by mail"),
            "description": "Members of organisations that take part; each gets one mail with a link.",
            "kind": "checkboxes",
        },
    )


class ResolutionSchema(Schema):
    is_resolved = fields.Boolean(load_default=False)


class CommentOut(PlainSchema):
    id = fields.String()
    clearance_id = fields.String(metadata={"description": "The text it is about."})
    organisation_id = fields.String()
    author_id = fields.String()
    author_name = fields.String(attribute="author.name")
    body = fields.String(metadata={"description": "Empty once it is deleted."})
    state = fields.String(metadata={"enum": list(STATES)})
    written_at = fields.AwareDateTime()
    edited_at = fields.AwareDateTime(allow_none=True)
    moved_at = fields.AwareDateTime(allow_none=True)
