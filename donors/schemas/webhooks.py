"""What people and software send about webhooks, and what software gets back."""

from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.forms import Schema
from donors.webhooks_out.endpoint import KINDS

KIND_NAMES = {
    "gift.paid": lazy_gettext("a gift was paid"),
    "gift.refunded": lazy_gettext("money of a gift went back"),
    "gift.refund_returned": lazy_gettext("money that had gone back came back"),
    "gift.voided": lazy_gettext("a recorded gift was taken back"),
}


class WebhookIn(Schema):
    url = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={
            "label": lazy_gettext("Address"),
            "hint": lazy_gettext("An https address of yours that takes POST."),
            "kind": "url",
        },
    )
    kinds = fields.List(
        fields.String(validate=validate.OneOf(KINDS)),
        required=True,
        validate=validate.Length(min=1),
        metadata={
            "label": lazy_gettext("Tell it when"),
            "kind": "checkboxes",
            "options": list(KIND_NAMES.items()),
        },
    )


class WebhookOut(PlainSchema):
    id = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)


class NewWebhookOut(WebhookOut):
    secret = fields.String(
        required=True, metadata={"description": "`whsec_…`, to verify messages with. It is shown once."}
    )


class MessageOut(PlainSchema):
    id = fields.String(required=True, metadata={"description": "The `webhook-id` of the message"})
    kind = fields.String(required=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(("waiting", "delivered", "failed")))
    attempts = fields.Integer(required=True)
    last_outcome = fields.String(
        required=True, metadata={"description": "A status, or a word such as `timeout` or `private_address`"}
    )
    created_at = fields.AwareDateTime(required=True)
    next_attempt_at = fields.AwareDateTime(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
