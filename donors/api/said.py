"""What software gets back about gifts."""

from marshmallow import Schema, fields, validate

from campaigns.matching.match_fund import STATES as MATCH_STATES
from donors.gifts.gift import CHANNELS, METHODS, TRANSITIONS
from donors.recurring.instalment import TRANSITIONS as INSTALMENT_TRANSITIONS
from donors.recurring.recurring_gift import RHYTHMS
from donors.recurring.recurring_gift import TRANSITIONS as PROMISE_TRANSITIONS
from donors.recurring.version import KINDS
from donors.words import REFUND_STATES
from legal.schemas.said import AmountOut


class GiftOut(Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    donor_id = fields.String(required=True)
    recurring_gift_id = fields.String(required=True, allow_none=True)
    period_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "The day an instalment was due"}
    )
    state = fields.String(required=True, validate=validate.OneOf(list(TRANSITIONS)))
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    channel = fields.String(
        required=True, validate=validate.OneOf(CHANNELS), metadata={"description": "How it came"}
    )
    external_source = fields.String(required=True, allow_none=True)
    external_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The source's own id of the gift"}
    )
    amount = fields.Nested(AmountOut, required=True)
    fee_cover = fields.Nested(
        AmountOut, required=True, metadata={"description": "Added by the donor, not counted as raised"}
    )
    refunded = fields.Nested(AmountOut, required=True)
    processing_fee = fields.Nested(AmountOut, required=True, allow_none=True)
    counts = fields.Boolean(required=True, metadata={"description": "Toward the drive's goals"})
    public_name = fields.String(required=True, metadata={"description": "Empty is anonymous"})
    words_hidden_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Since when public pages leave out name and message"},
    )
    surplus_clause_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The wording about a surplus that its donor read"},
    )
    started_at = fields.AwareDateTime(required=True)
    paid_at = fields.AwareDateTime(required=True, allow_none=True)


class StartedGiftOut(GiftOut):
    checkout_url = fields.String(
        required=True, allow_none=True, metadata={"description": "Where the donor pays; null once paid"}
    )


class RefundOut(Schema):
    id = fields.String(required=True)
    gift_id = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(REFUND_STATES)))
    asked_by = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)


class FullGiftOut(GiftOut):
    refunds = fields.List(fields.Nested(RefundOut), required=True)


class RecurringGiftOut(Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    donor_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(PROMISE_TRANSITIONS)))
    rhythm = fields.String(required=True, validate=validate.OneOf(RHYTHMS))
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    amount = fields.Nested(AmountOut, required=True)
    fee_cover = fields.Nested(AmountOut, required=True)
    started_at = fields.AwareDateTime(required=True)
    first_paid_at = fields.AwareDateTime(required=True, allow_none=True)
    next_due_on = fields.Date(required=True, allow_none=True)
    failing_since = fields.AwareDateTime(required=True, allow_none=True)
    next_attempt_at = fields.AwareDateTime(required=True, allow_none=True)
    cancelled_at = fields.AwareDateTime(required=True, allow_none=True)


class RecurringVersionOut(Schema):
    id = fields.String(required=True)
    number = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    amount = fields.Nested(AmountOut, required=True)
    was = fields.Nested(AmountOut, required=True)
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    next_due_on = fields.Date(required=True, allow_none=True)
    resumes_on = fields.Date(required=True, allow_none=True)
    asked_by = fields.String(required=True)
    reason = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    done_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When Stripe had taken it"}
    )


class InstalmentAttemptOut(Schema):
    number = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    is_paid = fields.Boolean(required=True)
    refusal = fields.String(required=True)


class InstalmentOut(Schema):
    id = fields.String(required=True, attribute="instalment.id")
    period_on = fields.Date(required=True, attribute="instalment.period_on")
    state = fields.String(
        required=True, attribute="instalment.state", validate=validate.OneOf(list(INSTALMENT_TRANSITIONS))
    )
    amount = fields.Nested(AmountOut, required=True, attribute="instalment.amount")
    gift_id = fields.String(required=True, allow_none=True, attribute="instalment.gift_id")
    attempts = fields.List(fields.Nested(InstalmentAttemptOut), required=True)


class CancellationOut(Schema):
    id = fields.String(required=True)
    recurring_gift_id = fields.String(required=True)
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    done_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When Stripe had ended it"}
    )


class DonorOut(Schema):
    id = fields.String(required=True)
    email = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for who gave without telling one"}
    )
    name = fields.String(required=True)
    language = fields.String(required=True)
    first_seen_at = fields.AwareDateTime(required=True)


class ConsentOut(Schema):
    organisation_id = fields.String(required=True)
    purpose = fields.String(required=True)
    is_given = fields.Boolean(required=True)
    wording = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class FullDonorOut(DonorOut):
    consents = fields.List(fields.Nested(ConsentOut), required=True)


class ReceiptOut(Schema):
    id = fields.String(required=True)
    gift_id = fields.String(required=True)
    number = fields.String(required=True, attribute="label", metadata={"description": "As printed"})
    amount = fields.Nested(AmountOut, required=True)
    fee_cover = fields.Nested(AmountOut, required=True)
    donor_name = fields.String(required=True)
    paid_at = fields.AwareDateTime(required=True)
    issued_at = fields.AwareDateTime(required=True)


class GoalProgressOut(Schema):
    metric = fields.String(required=True)
    target = fields.Integer(required=True)
    actual = fields.Integer(required=True)
    frozen = fields.Integer(metadata={"description": "The figure at the close, once there is one"})
    aim = fields.Integer(metadata={"description": "Beside steps: what is aimed at now"})
    reached = fields.List(
        fields.Dict(),
        metadata={"description": "Beside steps: `target` and `on`, the day, of each that was reached"},
    )
    pledged = fields.Integer(metadata={"description": "Beside `pro_bono_hours` alone: accepted pledges"})


class LegalFiguresOut(Schema):
    """Of the whole campaign: each of its drives tells the same. Hours and their value stand apart from money."""

    hours = fields.Float(required=True)
    in_kind_minor = fields.Integer(required=True)
    cash_received_minor = fields.Integer(required=True)
    cash_spent_minor = fields.Integer(required=True)
    bond_held_minor = fields.Integer(required=True)


class MatchFigureOut(Schema):
    """A match fund as the public is told of it."""

    id = fields.String(required=True)
    sponsor = fields.String(required=True, metadata={"description": "Empty until the name is approved"})
    state = fields.String(required=True, validate=validate.OneOf(MATCH_STATES))
    match_parts = fields.Integer(required=True)
    gift_parts = fields.Integer(required=True)
    cap_minor = fields.Integer(required=True)
    matched_minor = fields.Integer(required=True)
    waiting_minor = fields.Integer(
        required=True, metadata={"description": "Reserved for gifts that are not paid yet"}
    )
    left_minor = fields.Integer(required=True)
    most_per_gift_minor = fields.Integer(required=True, allow_none=True)
    opens_at = fields.String(required=True)
    closes_at = fields.String(required=True, allow_none=True)


class DriveProgressOut(Schema):
    """The figures of the public page, from the same source."""

    as_of = fields.String(required=True)
    currency = fields.String(required=True)
    raised_minor = fields.Integer(required=True)
    employer_match_minor = fields.Integer(
        required=True, metadata={"description": "Paid by employers of donors; no part of what was raised"}
    )
    gifts = fields.Integer(required=True)
    donors = fields.Integer(required=True)
    matched_minor = fields.Integer(
        required=True, metadata={"description": "What sponsors add to paid gifts; no part of what is raised"}
    )
    match_funds = fields.List(fields.Nested(MatchFigureOut), required=True)
    goals = fields.List(fields.Nested(GoalProgressOut), required=True)
    legal = fields.Nested(LegalFiguresOut, required=True)
