"""What software says and hears of disputes, held gifts, blocks and payouts."""

from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.forms import Schema
from legal.schemas.said import AmountOut
from staff.schemas import PieceIn


class DisputesIn(PieceIn):
    """Which disputes; `waiting` are those that want an answer."""

    state = fields.String(load_default="")


class DisputeOut(PlainSchema):
    id = fields.String(required=True)
    gift_id = fields.String(required=True)
    state = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    lost = fields.Nested(AmountOut, required=True)
    reason = fields.String(required=True, metadata={"description": "In the bank's word"})
    opened_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class DisputeAnswerIn(Schema):
    """What the bank should know; receipt, payment record and mails are added."""

    statement = fields.String(required=True, validate=validate.Length(min=10, max=5000))


class DisputeAnswerOut(PlainSchema):
    id = fields.String(required=True)
    dispute_id = fields.String(required=True)
    is_accepting = fields.Boolean(required=True)
    asked_at = fields.AwareDateTime(required=True)


class BlockOut(PlainSchema):
    """Whom it stops is a digest, and not told."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    count = fields.Integer(required=True)
    state = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    until_at = fields.AwareDateTime(required=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)


class LiftIn(Schema):
    reason = fields.String(required=True, validate=validate.Length(min=3, max=500))


class HoldOut(PlainSchema):
    gift_id = fields.String(required=True)
    state = fields.String(required=True)
    held_at = fields.AwareDateTime(required=True)
    decide_by = fields.AwareDateTime(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class HoldDecisionIn(Schema):
    """Take the money of a held gift, or let it go."""

    decision = fields.String(required=True, validate=validate.OneOf(("take", "release")))
    reason = fields.String(required=True, validate=validate.Length(min=3, max=500))


class PromiseReviewOut(PlainSchema):
    gift_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("waiting", "let_through", "turned_down")))
    asked_at = fields.AwareDateTime(required=True)
    decide_by = fields.AwareDateTime(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class PromiseReviewDecisionIn(Schema):
    """Let the donor of a recurring gift go on to the payment, or turn the gift down."""

    decision = fields.String(required=True, validate=validate.OneOf(("let_through", "turn_down")))
    reason = fields.String(required=True, validate=validate.Length(min=3, max=500))


class PayoutOut(PlainSchema):
    id = fields.String(required=True, attribute="payout.id", metadata={"description": "Stripe's id"})
    state = fields.String(required=True, attribute="payout.state")
    amount = fields.Nested(AmountOut, required=True, attribute="payout.amount")
    share = fields.Nested(
        AmountOut,
        required=True,
        metadata={
            "description": "What of it is the organisation's: less than all where others share the account"
        },
    )
    created_at = fields.AwareDateTime(required=True, attribute="payout.created_at")
    arrives_on = fields.Date(required=True, attribute="payout.arrives_on")
    posted_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        attribute="payout.posted_at",
        metadata={"description": "Since when each of its movements is explained"},
    )
