"""What software gets back about partners of a campaign: figures, and the donors that others share."""

from marshmallow import Schema, fields

from campaigns.partners.donor_sharing import MODES
from legal.schemas.said import AmountOut


class PartnerFiguresOut(Schema):
    partner_id = fields.String(required=True)
    organisation_id = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Of its link, /v/<code>"})
    hours = fields.Float(required=True, metadata={"description": "Certified ones"})
    costs = fields.List(fields.Nested(AmountOut), required=True, metadata={"description": "Paid ones"})
    raised_by_referral = fields.List(
        fields.Nested(AmountOut),
        required=True,
        metadata={"description": "A part of what the drives raised, refunds taken off"},
    )
    gifts = fields.Integer(required=True)
    new_monthly_donors = fields.Integer(required=True)
    signatures = fields.Integer(required=True, metadata={"description": "Confirmed ones"})


class SharingOut(Schema):
    campaign_id = fields.String(required=True)
    giver_id = fields.String(required=True, metadata={"description": "Whose donors they are"})
    receiver_id = fields.String(required=True, metadata={"description": "Who may see them"})
    mode = fields.String(required=True, metadata={"enum": list(MODES)})
    changed_at = fields.AwareDateTime(required=True)


class SharedDonorOut(Schema):
    id = fields.String(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "Empty for who gave anonymously"})
    language = fields.String(required=True)
    agreed_at = fields.AwareDateTime(required=True)
    wording = fields.String(required=True, metadata={"description": "What the donor read beside the box"})
