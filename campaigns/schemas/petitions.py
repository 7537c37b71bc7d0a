"""What software gets back of a signature."""

from marshmallow import Schema, fields


class SignatureOut(Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    town = fields.String(required=True)
    is_public = fields.Boolean(required=True)
    state = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
