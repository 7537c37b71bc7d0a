"""Close-outs of drives: what is chosen, and what software gets back of them."""

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.funds.surplus import WAYS
from campaigns.funds.transferring import LONGEST
from core.forms import MoneyField, Schema
from donors.close_outs.close_out import BACK, MOVED, STATES, STAYS
from donors.close_outs.plan import REASONS


class ChoiceSchema(Schema):
    """What is done with what came under one version of the surplus clause."""

    way = fields.String(
        required=True,
        validate=validate.OneOf(list(WAYS)),
        metadata={
            "label": lazy_gettext("What is done with it"),
            "kind": "radio",
            "options": list(WAYS.items()),
        },
    )
    to_fund_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy_gettext("The other fund"),
            "hint": lazy_gettext(
                "Where it moves. For refunds: where shares go that cannot go back; without one they stay in this fund."
            ),
            "kind": "select",
            "options": [],
        },
    )
    why = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST),
        metadata={
            "label": lazy_gettext("How the wording allows it"),
            "hint": lazy_gettext(
                "Needed where the clause names no ways of its own. Kept in the audit trail."
            ),
            "kind": "textarea",
            "rows": 2,
            "maxlength": LONGEST,
        },
    )


class CloseOutOut(ma.Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    fund_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STATES)))
    begun_at = fields.AwareDateTime(required=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    returned_minor = fields.Integer(
        required=True, metadata={"description": "Given back; told once it is closed out"}
    )
    returned_to = fields.Integer(required=True, metadata={"description": "Donors who had a share back"})
    stayed_minor = fields.Integer(
        required=True, metadata={"description": "Stays in the fund for its purpose"}
    )


class ProgressOut(ma.Schema):
    refunds = fields.Integer(required=True)
    refunds_done = fields.Integer(required=True)
    donors = fields.Integer(required=True)
    donors_written_to = fields.Integer(required=True)


class CloseOutWithProgressOut(CloseOutOut):
    progress = fields.Nested(ProgressOut, required=True)


class ChoiceOut(ma.Schema):
    clause_id = fields.String(required=True)
    way = fields.String(required=True, validate=validate.OneOf(list(WAYS)))
    to_fund_id = fields.String(required=True, allow_none=True)
    why = fields.String(required=True)


class PartOut(ma.Schema):
    clause_id = fields.String(required=True, attribute="clause.id")
    clause_number = fields.Integer(required=True, attribute="clause.number")
    wording = fields.String(required=True, attribute="clause.wording")
    gifts = fields.Integer(required=True)
    amount = MoneyField(required=True)
    choice = fields.Nested(ChoiceOut, required=True, allow_none=True)


class ShareOut(ma.Schema):
    gift_id = fields.String(required=True)
    donor_id = fields.String(required=True)
    clause_id = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(("", BACK, MOVED, STAYS)),
        metadata={"description": "Empty while nobody chose for this version"},
    )
    because = fields.String(
        required=True,
        validate=validate.OneOf(("", *REASONS)),
        metadata={
            "description": "Why it does not go back by a refund of its own although refunds were chosen"
        },
    )
    to_fund_id = fields.String(required=True, allow_none=True)
    elsewhere_minor = fields.Integer(
        required=True,
        metadata={
            "description": "What of it went back by another refund than the close-out's, such as one made at Stripe"
        },
    )


class ReckoningOut(ma.Schema):
    """From all that came into the fund to what is left of the drive."""

    came = MoneyField(required=True)
    fees = MoneyField(required=True)
    spent = MoneyField(required=True)
    moved = MoneyField(required=True)
    bonds = MoneyField(required=True)
    trust = MoneyField(required=True)
    disputed = MoneyField(required=True)
    cash = MoneyField(required=True)
    free = MoneyField(required=True)
    of_others = MoneyField(required=True)
    left = MoneyField(required=True)


class PlanOut(ma.Schema):
    """What would be done now, to the minor unit. `/close-outs/{close_out_id}/shares` lists each gift's share."""

    digest = fields.String(required=True, metadata={"description": "SHA-256; two people agree to this"})
    is_complete = fields.Boolean(required=True)
    reckoning = fields.Nested(ReckoningOut, required=True)
    parts = fields.List(fields.Nested(PartOut), required=True)
