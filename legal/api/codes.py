"""The published code set, and what hours are worth at a published rate."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, validate

from legal import utbms
from legal.api.blueprint import bp
from legal.hours.rounding import hours_text
from legal.matters.timekeeper import CLASSES
from legal.rates.rate_matrix import DEFAULT_MATRIX, Standing, matrix
from legal.rates.valuation import value_of
from legal.schemas.said import CodeOut, RateOut
from staff.bearer import token_required


class CodesIn(Schema):
    """Which kind of code."""

    kind = fields.String(validate=validate.OneOf(utbms.KINDS))


@bp.get("/utbms-codes")
@bp.etag
@token_required(None)
@bp.arguments(CodesIn, location="query")
@bp.response(200, CodeOut(many=True))
def utbms_codes(query: dict[str, Any]) -> list[utbms.Code]:
    """The UTBMS codes: 5 phases, 29 tasks, 4 counseling codes, 11 activities, 24 expenses."""
    return utbms.codes(query["kind"]) if "kind" in query else list(utbms.catalogue().values())


def _whole_tenths(hours: Any) -> None:
    if not 0 <= hours <= 100_000 or hours * 10 != (hours * 10).to_integral_value():
        raise ValidationError(_("Write hours with one decimal, such as 1.1."))


class RateIn(Schema):
    """Which hours, at which rate."""

    matrix = fields.String(load_default=DEFAULT_MATRIX)
    on = fields.Date(required=True, metadata={"description": "The work date"})
    hours = fields.Decimal(required=True, validate=_whole_tenths, metadata={"description": "Such as 1.1"})
    classification = fields.String(
        load_default="",
        validate=validate.OneOf(["", *CLASSES]),
        metadata={"description": "LEDES class; a lawyer where it is left out"},
    )
    experience_year = fields.Integer(
        load_default=None, metadata={"description": "The year from which experience counts"}
    )


@bp.get("/rates")
@token_required("hours.view")
@bp.arguments(RateIn, location="query")
@bp.response(200, RateOut)
def rates(query: dict[str, Any]) -> dict[str, Any]:
    """What hours of a day are worth. 409 `rate_year_missing` for a year that is not loaded,
    `experience_unknown`, `class_without_rate` or `rate_band_missing` where the person has no rate."""
    chosen = matrix(query["matrix"])
    units = int(query["hours"] * 10)
    rate = chosen.rate_on(query["on"], Standing(query["classification"], query["experience_year"]))
    return {
        "matrix": chosen.id,
        "on": query["on"],
        "rate": rate,
        "hours": hours_text(units),
        "value": value_of(units, rate),
        "source": chosen.source,
        "sha256": chosen.sha256,
    }
