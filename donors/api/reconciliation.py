"""Stripe, ledger and bank beside each other, for software."""

from typing import Any

from sqlalchemy import select

from core.db import transaction
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.payouts import comparing, explaining
from donors.payouts.bank_line import BankLine
from donors.payouts.explaining import Imported
from donors.schemas.reconciling import (
    BankFileIn,
    BankFileOut,
    BankLineOut,
    BankMatchIn,
    CurrencyIn,
    ExplainSchema,
    ThreeColumnsOut,
    load_bank_row,
)
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/reconciliation")
@token_required("gifts.view")
@bp.arguments(CurrencyIn, location="query")
@bp.response(200, ThreeColumnsOut)
def read_reconciliation(query: dict[str, Any]) -> dict[str, Any]:
    """The three columns of each currency, and what does not match and is not explained."""
    actor = current_actor()
    actor.require("funds.view")
    wanted = [query["currency"]] if query["currency"] else comparing.currencies(actor.organisation_id)
    columns = [
        {"currency": each, "agrees": row.agrees, **vars(row)}
        for each in wanted
        for row in comparing.columns(actor.organisation_id, each)
    ]
    return {"columns": columns, "differences": comparing.differences(actor.organisation_id)}


@bp.post("/reconciliation/<subject>/explanations")
@token_required("funds.edit")
@bp.arguments(ExplainSchema)
@bp.response(204)
def create_explanation(body: dict[str, Any], subject: str) -> None:
    """Say why something does not match, or into which fund it goes. 404 where nothing of that name is listed."""
    with transaction():
        explaining.explain(current_actor(), subject, **body)


@bp.get("/bank-lines")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(BankLineOut, "BankLines"))
def list_bank_lines(query: dict[str, Any]) -> Page:
    """Lines of the bank's files, the latest day first."""
    actor = current_actor()
    actor.require("funds.view")
    mine = select(BankLine).where(BankLine.organisation_id == actor.organisation_id)
    return page(mine, (BankLine.imported_at, BankLine.id), **query)


@bp.post("/bank-files")
@token_required("funds.edit")
@bp.arguments(BankFileIn)
@bp.response(201, BankFileOut)
def create_bank_file(body: dict[str, Any]) -> Imported:
    """Import a bank's CSV file, all of it or nothing; lines that are there already stay as they are."""
    with transaction():
        return explaining.import_bank_file(current_actor(), body["csv"], load_bank_row)


@bp.post("/bank-lines/<bank_line_id>/matches")
@token_required("funds.edit")
@bp.arguments(BankMatchIn)
@bp.response(201, BankLineOut)
def create_bank_match(body: dict[str, Any], bank_line_id: str) -> BankLine:
    """Say which payout a line of the bank is. 409 `matched` where either has its counterpart."""
    with transaction():
        return explaining.match_by_hand(current_actor(), bank_line_id, body["payout_id"])
