"""Costs for software."""

from typing import Any

from flask import Response

from core import uploads
from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import StateIn, bp
from legal.costs.claiming import approve_expense, claim_expense, pay_expense, reject_expense, revise_expense
from legal.costs.cost_rule import find_cost_rule, set_cost_rule
from legal.costs.expense import (
    Expense,
    ExpenseApproval,
    ExpensePayment,
    ExpenseRejection,
    expenses_of,
    get_expense,
)
from legal.costs.receipt import (
    RECEIPTS,
    ExpenseReceipt,
    add_receipt,
    get_receipt,
    list_receipts,
    remove_receipt,
)
from legal.costs.refunding import ExpenseRefund, refund_expense
from legal.schemas.costs import CostIn, CostRuleIn, ExpenseIn, ExpenseRefundIn, ReceiptIn
from legal.schemas.said_of_costs import (
    CostRuleOut,
    ExpenseApprovalOut,
    ExpenseOut,
    ExpenseReceiptOut,
    ExpenseRefundOut,
    PaymentOut,
    RejectionOut,
    WrittenExpenseOut,
)
from legal.schemas.time import WhyNotIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/expenses")
@token_required("costs.view")
@bp.arguments(StateIn, location="query")
@bp.response(200, piece_of(ExpenseOut, "Expenses"))
def list_expenses(query: dict[str, Any]) -> Page:
    """Claims of the organisation and claims on its funds, the latest first."""
    found, state = expenses_of(current_actor()), query.pop("state", "")
    if state:
        found = found.where(Expense.state == state)
    return page(found, (Expense.claimed_at, Expense.id), **query)


@bp.post("/expenses")
@token_required("costs.claim")
@bp.arguments(ExpenseIn)
@bp.response(201, WrittenExpenseOut)
def create_expense(body: dict[str, Any]) -> Expense:
    """Ask a fund of the matter's campaign to pay a cost."""
    with transaction():
        return claim_expense(current_actor(), **body)


@bp.get("/expenses/<expense_id>")
@token_required("costs.view")
@bp.response(200, WrittenExpenseOut)
def read_expense(expense_id: str) -> Expense:
    """One claim."""
    return get_expense(current_actor(), expense_id)


@bp.put("/expenses/<expense_id>")
@token_required("costs.claim")
@bp.arguments(CostIn)
@bp.response(200, WrittenExpenseOut)
def replace_expense(body: dict[str, Any], expense_id: str) -> Expense:
    """Correct one's own claim. A new amount, fund or code needs a new approval."""
    with transaction():
        return revise_expense(current_actor(), expense_id, **body)


@bp.post("/expenses/<expense_id>/approvals")
@token_required("costs.approve")
@bp.response(201, ExpenseApprovalOut)
def create_expense_approval(expense_id: str) -> ExpenseApproval:
    """Approve a pending claim on a fund of the organisation. 403 for the claimant's own. Above the amount of
    the cost rule two different people approve; 409 `approved_already` for one's second approval."""
    with transaction():
        return approve_expense(current_actor(), expense_id)


@bp.post("/expenses/<expense_id>/rejections")
@token_required("costs.approve")
@bp.arguments(WhyNotIn)
@bp.response(201, RejectionOut)
def create_expense_rejection(body: dict[str, Any], expense_id: str) -> ExpenseRejection:
    """Turn a pending claim down for good."""
    with transaction():
        return reject_expense(current_actor(), expense_id, **body)


@bp.post("/expenses/<expense_id>/payments")
@token_required("costs.pay")
@bp.response(201, PaymentOut)
def create_expense_payment(expense_id: str) -> ExpensePayment:
    """Pay an approved claim from its fund. 409 `fund_too_small`: nothing was paid."""
    with transaction():
        return pay_expense(current_actor(), expense_id)


@bp.post("/expenses/<expense_id>/refunds")
@token_required("costs.pay")
@bp.arguments(ExpenseRefundIn)
@bp.response(201, ExpenseRefundOut)
def create_expense_refund(body: dict[str, Any], expense_id: str) -> ExpenseRefund:
    """Write down what came back of a paid cost: into the same fund. 409 `more_than_paid`, `not_paid`."""
    with transaction():
        return refund_expense(current_actor(), expense_id, **body)


@bp.get("/cost-rule")
@token_required("costs.view")
@bp.response(200, CostRuleOut)
def read_cost_rule() -> dict[str, Any]:
    """Above which amount a cost needs two approvals; null where one is always enough."""
    rule = find_cost_rule(current_actor().organisation_id, "USD")
    return {"above": rule.amount if rule else None}


@bp.put("/cost-rule")
@token_required("organisation.edit")
@bp.arguments(CostRuleIn)
@bp.response(200, CostRuleOut)
def replace_cost_rule(body: dict[str, Any]) -> dict[str, Any]:
    """Ask for two approvals above an amount. Claims approved before stay approved."""
    with transaction():
        return {"above": set_cost_rule(current_actor(), body["above"]).amount}


@bp.get("/expenses/<expense_id>/receipts")
@token_required("costs.view")
@bp.response(200, ExpenseReceiptOut(many=True))
def list_expense_receipts(expense_id: str) -> list[ExpenseReceipt]:
    """The receipts of a claim, the oldest first."""
    return list_receipts(get_expense(current_actor(), expense_id))


@bp.post("/expenses/<expense_id>/receipts")
@token_required("costs.claim")
@uploads.takes(RECEIPTS)
@bp.arguments(ReceiptIn, location="files")
@bp.response(201, ExpenseReceiptOut)
def create_expense_receipt(files: dict[str, Any], expense_id: str) -> ExpenseReceipt:
    """Add a receipt (PDF, JPEG, PNG or WebP, up to 8 MB) to one's own claim."""
    with uploads.keeping(RECEIPTS, [files["receipt"]], field="receipt") as kept, transaction():
        return add_receipt(current_actor(), expense_id, kept[0])


@bp.get("/expenses/<expense_id>/receipts/<expense_receipt_id>")
@token_required("costs.view")
@bp.response(200, content_type="application/octet-stream")
def read_expense_receipt(expense_id: str, expense_receipt_id: str) -> Response:
    """The file of a receipt, as an attachment."""
    found = get_receipt(current_actor(), expense_id, expense_receipt_id)
    return uploads.answer(RECEIPTS, found.file, found.media_type, called=f"receipt-{found.id}")


@bp.delete("/expenses/<expense_id>/receipts/<expense_receipt_id>")
@token_required("costs.claim")
@bp.response(204)
def delete_expense_receipt(expense_id: str, expense_receipt_id: str) -> None:
    """Take a wrong file back, as long as nobody approved the claim. 409 `claim_locked`."""
    with transaction():
        remove_receipt(current_actor(), expense_id, expense_receipt_id)
