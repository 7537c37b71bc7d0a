"""Money moved between funds, and the versions of what happens to a surplus. Software asks, people decide."""

from typing import Any

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.funds import surplus, transferring
from campaigns.funds.fund_transfer import FundTransfer, transfers_of
from campaigns.funds.surplus import SurplusClause
from campaigns.funds.transferring import TransferTerms
from campaigns.schemas.transfer import FundTransferOut, SurplusClauseOut, TransferSchema
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.approval.proposal import Proposal
from staff.bearer import token_required
from staff.schemas import PieceIn, ProposalOut, piece_of


@bp.get("/funds/<fund_id>/transfers")
@token_required("funds.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(FundTransferOut, "FundTransfers"))
def list_fund_transfers(query: dict[str, Any], fund_id: str) -> Page:
    """What moved from and to the fund, newest first."""
    fund = reading.get_fund(current_actor(), fund_id)
    return page(transfers_of(fund.id), (FundTransfer.made_at, FundTransfer.id), **query)


@bp.post("/funds/<fund_id>/transfers")
@token_required("funds.edit")
@bp.arguments(TransferSchema)
@bp.response(202, ProposalOut)
def ask_for_transfer(body: dict[str, Any], fund_id: str) -> Proposal:
    """Ask for money to move to another fund; it moves when a second person confirms.

    422 names the amount where it is more than is free, and `why` where the surplus clause has to allow it.
    """
    with transaction():
        return transferring.ask(current_actor(), fund_id, TransferTerms(**body))


@bp.get("/funds/<fund_id>/surplus-clauses")
@token_required("funds.view")
@bp.response(200, SurplusClauseOut(many=True))
def list_surplus_clauses(fund_id: str) -> list[SurplusClause]:
    """Every wording under which gifts came, newest first."""
    return surplus.versions_of(reading.get_fund(current_actor(), fund_id).id)
