"""Rates for software: what hours are worth, and tables that staff load."""

from typing import Any

from marshmallow import Schema, fields

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.hours.rounding import hours_text
from legal.rates.loading import load_rates, matrix_of, withdraw_rates
from legal.rates.rate_matrix import Standing
from legal.rates.rate_table import RateTable, tables_of
from legal.rates.valuation import value_of
from legal.schemas.rates import RateIn, RateTableIn
from legal.schemas.said import RateOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


class RateTableOut(Schema):
    id = fields.String(required=True)
    matrix = fields.String(required=True)
    source = fields.String(required=True)
    recorded_on = fields.Date(required=True)
    sha256 = fields.String(required=True)
    loaded_at = fields.AwareDateTime(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)


@bp.get("/rates")
@token_required("hours.view")
@bp.arguments(RateIn, location="query")
@bp.response(200, RateOut)
def rates(query: dict[str, Any]) -> dict[str, Any]:
    """What hours of a day are worth. 409 `rate_year_missing` for a year that is not loaded,
    `experience_unknown`, `class_without_rate` or `rate_band_missing` where the person has no rate."""
    chosen = matrix_of(query["matrix"], current_actor().organisation_id)
    units = int(query["hours"] * 10)
    rate = chosen.rate_on(query["on"], Standing(query["classification"], query["experience_year"]))
    origin = chosen.origin_on(query["on"])
    return {
        "matrix": chosen.id,
        "on": query["on"],
        "rate": rate,
        "hours": hours_text(units),
        "value": value_of(units, rate),
        "source": origin.source,
        "sha256": origin.sha256,
    }


@bp.get("/rate-tables")
@token_required("hours.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(RateTableOut, "RateTables"))
def list_rate_tables(query: dict[str, Any]) -> Page:
    """The tables the organisation loaded, the latest first."""
    return page(tables_of(current_actor()), (RateTable.loaded_at, RateTable.id), **query)


@bp.post("/rate-tables")
@token_required("matters.edit")
@bp.arguments(RateTableIn)
@bp.response(201, RateTableOut)
def create_rate_table(body: dict[str, Any]) -> RateTable:
    """Load the rates of a CSV file for the organisation. 409 `rate_year_loaded`: nothing published is overwritten."""
    with transaction():
        return load_rates(current_actor(), **body)


@bp.post("/rate-tables/<rate_table_id>/withdrawals")
@token_required("matters.edit")
@bp.response(201, RateTableOut)
def create_rate_withdrawal(rate_table_id: str) -> RateTable:
    """Value nothing by a loaded table any more; values made by it stay."""
    with transaction():
        return withdraw_rates(current_actor(), rate_table_id)
