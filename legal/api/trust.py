"""Money in trust for software."""

from typing import Any

from core import clock
from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.schemas.time import WhyNotIn
from legal.schemas.trust import (
    AsOfIn,
    DisbursementIn,
    ReconciliationOut,
    TrustAccountIn,
    TrustAccountOut,
    TrustApprovalOut,
    TrustMoveOut,
    TrustReturnIn,
    TrustStatementIn,
    TrustStatementOut,
    TrustTransferIn,
    TrustTransferOut,
)
from legal.trust.disbursing import disburse, take_back
from legal.trust.reconciling import Reconciliation, reconcile_for
from legal.trust.transferring import approve_transfer, refuse_transfer, request_transfer, send_transfer
from legal.trust.trust_account import (
    TrustAccount,
    TrustStatement,
    get_own_account,
    list_accounts,
    open_account,
    report_statement,
)
from legal.trust.trust_transfer import TrustApproval, TrustMove, TrustTransfer, get_transfer, transfers_of
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/trust-accounts")
@token_required("costs.view")
@bp.response(200, TrustAccountOut(many=True))
def read_trust_accounts() -> list[TrustAccount]:
    """The organisation's own, and those of firms it works with."""
    return list_accounts(current_actor())


@bp.post("/trust-accounts")
@token_required("matters.edit")
@bp.arguments(TrustAccountIn)
@bp.response(201, TrustAccountOut)
def create_trust_account(body: dict[str, Any]) -> TrustAccount:
    """Name the trust account of one's firm."""
    with transaction():
        return open_account(current_actor(), **body)


@bp.post("/trust-accounts/<trust_account_id>/statements")
@token_required("matters.edit")
@bp.arguments(TrustStatementIn)
@bp.response(201, TrustStatementOut)
def create_trust_statement(body: dict[str, Any], trust_account_id: str) -> TrustStatement:
    """What the bank says the account holds at the end of a day."""
    with transaction():
        return report_statement(current_actor(), trust_account_id, **body)


@bp.get("/trust-accounts/<trust_account_id>/reconciliation")
@token_required("costs.view")
@bp.arguments(AsOfIn, location="query")
@bp.response(200, ReconciliationOut)
def read_reconciliation(query: dict[str, Any], trust_account_id: str) -> Reconciliation:
    """Bank, ledger and client ledgers of one's own account at the end of a day (today)."""
    account = get_own_account(current_actor(), trust_account_id)
    return reconcile_for(current_actor(), account, query["as_of"] or clock.today())


@bp.get("/trust-transfers")
@token_required("costs.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(TrustTransferOut, "TrustTransfers"))
def read_trust_transfers(query: dict[str, Any]) -> Page:
    """Transfers the organisation asked for, pays or holds, the latest first."""
    return page(transfers_of(current_actor()), (TrustTransfer.requested_at, TrustTransfer.id), **query)


@bp.post("/trust-transfers")
@token_required("costs.claim")
@bp.arguments(TrustTransferIn)
@bp.response(201, TrustTransferOut)
def create_trust_transfer(body: dict[str, Any]) -> TrustTransfer:
    """Ask a fund to send money to the trust account of a firm on the matter."""
    with transaction():
        return request_transfer(current_actor(), **body)


@bp.get("/trust-transfers/<trust_transfer_id>")
@token_required("costs.view")
@bp.response(200, TrustTransferOut)
def read_trust_transfer(trust_transfer_id: str) -> TrustTransfer:
    """One transfer, and what is still held of it."""
    return get_transfer(current_actor(), trust_transfer_id)


@bp.post("/trust-transfers/<trust_transfer_id>/approvals")
@token_required("costs.approve")
@bp.response(201, TrustApprovalOut)
def create_trust_approval(trust_transfer_id: str) -> TrustApproval:
    """Approve a request; 403 for one's own, 409 `approved_already`."""
    with transaction():
        return approve_transfer(current_actor(), trust_transfer_id)


@bp.post("/trust-transfers/<trust_transfer_id>/refusals")
@token_required("costs.approve")
@bp.arguments(WhyNotIn)
@bp.response(201, TrustTransferOut)
def create_trust_refusal(body: dict[str, Any], trust_transfer_id: str) -> TrustTransfer:
    """Turn a request down for good."""
    with transaction():
        return refuse_transfer(current_actor(), trust_transfer_id, **body)


@bp.post("/trust-transfers/<trust_transfer_id>/sendings")
@token_required("costs.pay")
@bp.response(201, TrustMoveOut)
def create_trust_sending(trust_transfer_id: str) -> TrustMove:
    """Send an approved transfer: held in trust, not spent. 409 `fund_too_small`."""
    with transaction():
        return send_transfer(current_actor(), trust_transfer_id)


@bp.post("/trust-transfers/<trust_transfer_id>/disbursements")
@token_required("matters.edit")
@bp.arguments(DisbursementIn)
@bp.response(201, TrustMoveOut)
def create_disbursement(body: dict[str, Any], trust_transfer_id: str) -> TrustMove:
    """Report what the firm paid out of trust. 409 `trust_overdrawn`: nothing was written."""
    with transaction():
        return disburse(current_actor(), trust_transfer_id, **body)


@bp.post("/trust-transfers/<trust_transfer_id>/returns")
@token_required("costs.pay")
@bp.arguments(TrustReturnIn)
@bp.response(201, TrustMoveOut)
def create_trust_return(body: dict[str, Any], trust_transfer_id: str) -> TrustMove:
    """What the firm sent back, into the same fund. 409 `trust_overdrawn`."""
    with transaction():
        return take_back(current_actor(), trust_transfer_id, **body)
