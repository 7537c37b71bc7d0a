"""Funds, their balances, and their ledger's groups (read only: money moves by gifts, costs and bonds)."""

from collections.abc import Sequence
from typing import Any

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.funds import funding, statement
from campaigns.funds.fund import Fund
from campaigns.funds.funding import FundTerms
from campaigns.funds.ledger import LedgerGroup
from campaigns.schemas.answers import BalancesOut, FundOut, LedgerGroupOut
from campaigns.schemas.fund import FundEditSchema, FundSchema
from core import clock
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/funds")
@token_required("funds.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(FundOut, "Funds"))
def list_funds(query: dict[str, Any]) -> Page:
    """The organisation's funds, newest first."""
    return page(reading.funds_of(current_actor()), (Fund.created_at, Fund.id), **query)


@bp.post("/funds")
@token_required("funds.view")
@bp.arguments(FundSchema)
@bp.response(201, FundOut)
def open_fund(body: dict[str, Any]) -> Fund:
    """Open a fund; needs the scope funds.edit or campaigns.edit."""
    with transaction():
        return funding.open_fund(current_actor(), FundTerms(**body))


@bp.get("/funds/<fund_id>")
@token_required("funds.view")
@bp.response(200, FundOut)
def get_fund(fund_id: str) -> Fund:
    """One fund."""
    return reading.get_fund(current_actor(), fund_id)


@bp.patch("/funds/<fund_id>")
@token_required("funds.view")
@bp.arguments(FundEditSchema(partial=True))
@bp.response(200, FundOut)
def edit_fund(body: dict[str, Any], fund_id: str) -> Fund:
    """Change name, purpose or surplus clause; needs funds.edit or campaigns.edit. 409 `rules_frozen`."""
    with transaction():
        return funding.edit_fund(current_actor(), fund_id, body, version=body.pop("version", None))


@bp.get("/funds/<fund_id>/balances")
@token_required("funds.view")
@bp.response(200, BalancesOut)
def balances(fund_id: str) -> dict[str, Any]:
    """The kept balance of every account of the fund."""
    fund = reading.get_fund(current_actor(), fund_id)
    kept = [{"account": account, "amount": amount} for account, amount in funding.balances(fund).items()]
    return {"fund_id": fund.id, "as_of": clock.now(), "balances": kept}


@bp.get("/funds/<fund_id>/ledger-groups")
@token_required("funds.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(LedgerGroupOut, "LedgerGroups"))
def list_ledger_groups(query: dict[str, Any], fund_id: str) -> Page:
    """The fund's ledger groups with their entries, newest first."""
    fund = reading.get_fund(current_actor(), fund_id)
    piece = page(statement.groups_of(fund), (LedgerGroup.posted_at, LedgerGroup.id), **query)
    return Page(_shown(fund, piece.items), piece.next_cursor)


@bp.get("/funds/<fund_id>/ledger-groups/<group_id>")
@token_required("funds.view")
@bp.response(200, LedgerGroupOut)
def get_ledger_group(fund_id: str, group_id: str) -> dict[str, Any]:
    """One ledger group."""
    fund = reading.get_fund(current_actor(), fund_id)
    return _shown(fund, [reading.get(statement.groups_of(fund), LedgerGroup, group_id)])[0]


def _shown(fund: Fund, groups: Sequence[LedgerGroup]) -> list[dict[str, Any]]:
    names = ("id", "kind", "source", "occurred_at", "posted_at")
    return [
        {name: getattr(posting.group, name) for name in names} | {"entries": posting.entries}
        for posting in statement.postings(fund, groups)
    ]
