"""Handing over the lead of a campaign: what people and software send, and what software gets back."""

from marshmallow import Schema as PlainSchema
from marshmallow import fields

from campaigns.partners.lead_handover import STATES
from core.forms import Schema


class HandoverSchema(Schema):
    partner_id = fields.String(required=True)


class HandoverOut(PlainSchema):
    id = fields.String()
    campaign_id = fields.String()
    from_id = fields.String(metadata={"description": "The organisation that led when it was proposed."})
    to_id = fields.String(metadata={"description": "The organisation that is asked to lead."})
    state = fields.String(metadata={"enum": list(STATES)})
    asked_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)
