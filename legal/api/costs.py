"""Costs and bonds for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import StateIn, bp
from legal.bonds.bond import Bond, BondApproval, BondEvent, BondPosting, bonds_of
from legal.bonds.bond_figures import BondFigures, bond_figures
from legal.bonds.bond_following import follow_bond
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.costs.claiming import approve_expense, claim_expense, pay_expense, reject_expense, revise_expense
from legal.costs.expense import (
    Expense,
    ExpenseApproval,
    ExpensePayment,
    ExpenseRejection,
    expenses_of,
    get_expense,
)
from legal.schemas.costs import BondEventIn, BondIn, CostIn, ExpenseIn
from legal.schemas.said import (
    BondApprovalOut,
    BondEventOut,
    BondFiguresOut,
    BondOut,
    BondPostingOut,
    ExpenseApprovalOut,
    ExpenseOut,
    PaymentOut,
    RejectionOut,
)
from legal.schemas.time import WhyNotIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


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
@bp.response(201, ExpenseOut)
def create_expense(body: dict[str, Any]) -> Expense:
    """Ask a fund of the matter's campaign to pay a cost."""
    with transaction():
        return claim_expense(current_actor(), **body)


@bp.get("/expenses/<expense_id>")
@token_required("costs.view")
@bp.response(200, ExpenseOut)
def read_expense(expense_id: str) -> Expense:
    """One claim."""
    return get_expense(current_actor(), expense_id)


@bp.put("/expenses/<expense_id>")
@token_required("costs.claim")
@bp.arguments(CostIn)
@bp.response(200, ExpenseOut)
def replace_expense(body: dict[str, Any], expense_id: str) -> Expense:
    """Correct one's own claim. A new amount, fund or code needs a new approval."""
    with transaction():
        return revise_expense(current_actor(), expense_id, **body)


@bp.post("/expenses/<expense_id>/approvals")
@token_required("costs.approve")
@bp.response(201, ExpenseApprovalOut)
def create_expense_approval(expense_id: str) -> ExpenseApproval:
    """Approve a pending claim on a fund of the organisation. 403 for the claimant's own."""
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


@bp.get("/bonds")
@token_required("costs.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(BondOut, "Bonds"))
def list_bonds(query: dict[str, Any]) -> Page:
    """Bonds the organisation asked for and bonds of its funds, the latest first."""
    return page(bonds_of(current_actor()), (Bond.requested_at, Bond.id), **query)


@bp.post("/bonds")
@token_required("costs.claim")
@bp.arguments(BondIn)
@bp.response(201, BondOut)
def create_bond(body: dict[str, Any]) -> Bond:
    """Ask a fund of the matter's campaign to deposit a bond."""
    with transaction():
        return request_bond(current_actor(), **body)


@bp.post("/bonds/<bond_id>/approvals")
@token_required("costs.approve")
@bp.response(201, BondApprovalOut)
def create_bond_approval(bond_id: str) -> BondApproval:
    """Approve a requested bond. 403 for one's own request."""
    with transaction():
        return approve_bond(current_actor(), bond_id)


@bp.post("/bonds/<bond_id>/postings")
@token_required("costs.pay")
@bp.response(201, BondPostingOut)
def create_bond_posting(bond_id: str) -> BondPosting:
    """Deposit an approved bond: held, not spent. 409 `fund_too_small`."""
    with transaction():
        return post_bond(current_actor(), bond_id)


@bp.post("/bonds/<bond_id>/events")
@token_required("costs.pay")
@bp.arguments(BondEventIn)
@bp.response(201, BondEventOut)
def create_bond_event(body: dict[str, Any], bond_id: str) -> BondEvent:
    """What became of a posted bond. 409 `illegal_transition`; a breach needs its I-323 document, else 422."""
    with transaction():
        return follow_bond(current_actor(), bond_id, **body)


@bp.get("/bonds/figures")
@token_required("costs.view")
@bp.response(200, BondFiguresOut)
def read_bond_figures() -> BondFigures:
    """Posted in all, held, returned, forfeited, and how often the capital was used."""
    return bond_figures(bonds_of(current_actor()))
