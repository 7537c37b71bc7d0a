"""The JSON API's frame: flask-smorest with our refusals (core.errors) in place of its own."""

from typing import Any

from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from core.security import csrf


class Problem(Schema):
    """A refusal as RFC 9457 has it, with the code by which software tells refusals apart."""

    title = fields.String(required=True, metadata={"description": "What kind of refusal, for people"})
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Which rule, for software"})
    detail = fields.String(required=True, metadata={"description": "What happened, for people"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Of a 422: the sentences that belong to each field"},
    )


class ProblemApi(Api):
    """Views take a bearer token and no cookie, so no other site can forge a request to them: their
    blueprints need no form token."""

    ERROR_SCHEMA = Problem

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        csrf.exempt(blp)
        super().register_blueprint(blp, **options)

    def _register_error_handlers(self) -> None:
        """None of its own: core.errors answers."""

    def _register_responses(self) -> None:
        everyday = self.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = everyday
