"""The JSON API's frame: flask-smorest with our refusals (core.errors) in place of its own."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_smorest import Api
from flask_smorest import Blueprint as PlainBlueprint
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from core.security import csrf


class Parser(FlaskParser):
    """Reads what a request carries, for one schema."""

    def pre_load(self, location_data: Any, *, schema: Schema, req: Any, location: str) -> Any:
        """A list, or a bare number, where an object belongs would meet hooks that look into it."""
        if location == "json" and not schema.many and not isinstance(location_data, Mapping):
            raise ValidationError({"_": [_("Send one JSON object.")]})
        return location_data


class Blueprint(PlainBlueprint):
    """A blueprint of the JSON API."""

    ARGUMENTS_PARSER = Parser()


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
