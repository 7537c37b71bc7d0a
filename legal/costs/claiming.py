"""Claiming a cost, approving it, and paying it from the fund. Two people at least, three above the amount
from which the fund's organisation wants a second approval."""

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LEGAL_COSTS
from campaigns.funds.release import release
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, named_by
from legal.acting import answerable
from legal.costs.cost import Cost, checked
from legal.costs.cost_rule import approvals_needed
from legal.costs.expense import (
    APPROVED,
    PAID,
    PENDING,
    REJECTED,
    Expense,
    ExpenseApproval,
    ExpensePayment,
    ExpenseRejection,
    lock_expense,
    usual_category,
)
from legal.costs.payment_run import refuse_waiting
from legal.costs.spending import require_purpose, take_cash
from legal.matters.matter import get_matter
from staff import audit
from staff.access import Actor


def claim_expense(actor: Actor, *, matter_id: str, cost: Cost) -> Expense:
    """Ask a fund of the matter's campaign to pay a cost.

    Raises NotFound for a foreign matter, Invalid naming fund_id, expense_code, amount, incurred_on,
    description or category, Conflict `outside_purpose`.
    """
    actor.require("costs.claim")
    claimant_id = answerable(actor)
    with named_by("matter_id"):
        matter = get_matter(actor, matter_id)
    cost = checked(actor, cost, matter)
    expense = Expense(matter_id=matter_id, organisation_id=actor.organisation_id, claimant_id=claimant_id)
    expense.state, expense.revision = PENDING, 1
    _write(expense, cost)
    db.session.add(expense)
    db.session.flush()
    audit.record(actor, "expense.claimed", expense.id, after=_audited(expense))
    return expense


def revise_expense(actor: Actor, expense_id: str, *, cost: Cost) -> Expense:
    """Correct one's own claim. A new amount, fund or kind makes it pending again, and needs all approvals anew.

    Raises what `claim_expense` raises, Forbidden for somebody else's, Conflict `claim_locked` once settled and
    `in_payment_run` while the bank may be about to pay it.
    """
    actor.require("costs.claim")
    expense = lock_expense(actor, expense_id)
    if expense.claimant_id != answerable(actor):
        raise Forbidden(_("Only the claimant corrects a claim."))
    if not expense.is_editable:
        raise Conflict("claim_locked", _("This claim is settled and cannot be changed."))
    refuse_waiting(expense.id)
    cost = checked(actor, cost, get_matter(actor, expense.matter_id))
    before = _audited(expense)
    _write(expense, cost)
    if _audited(expense) != before:
        expense.revision += 1
        if expense.state == APPROVED:
            expense.move_to(PENDING)
    db.session.flush()
    audit.record(actor, "expense.revised", expense.id, before=before, after=_audited(expense))
    return expense


def approve_expense(actor: Actor, expense_id: str) -> ExpenseApproval:
    """Approve a pending claim on a fund of the actor's organisation. Where two approvals are needed, the first
    leaves it pending.

    Raises NotFound, Forbidden for one's own claim or another organisation's fund, Conflict
    `illegal_transition` and, for somebody's second approval of the same, `approved_already`.
    """
    expense, member_id = for_finance(actor, expense_id, "costs.approve")
    expense.require_step(APPROVED)
    so_far = [each.approved_by_id for each in list_approvals(expense)]
    if member_id in so_far:
        raise Conflict("approved_already", _("You approved this already. A second person is needed."))
    approval = ExpenseApproval(
        expense_id=expense.id,
        claimant_id=expense.claimant_id,
        revision=expense.revision,
        approved_by_id=member_id,
        amount_minor=expense.amount_minor,
        currency=expense.currency,
    )
    db.session.add(approval)
    if len(so_far) + 1 >= approvals_needed(actor.organisation_id, expense.amount):
        expense.move_to(APPROVED)
    db.session.flush()
    audit.record(actor, "expense.approved", expense.id, after=_audited(expense))
    return approval


def reject_expense(actor: Actor, expense_id: str, *, reason: str) -> ExpenseRejection:
    """Turn a pending claim down for good. Raises Invalid on reason, else what `approve_expense` does."""
    expense, member_id = for_finance(actor, expense_id, "costs.approve")
    reason = reason.strip()
    if not 1 <= len(reason) <= 500:
        raise Invalid({"reason": [_("Say in up to 500 characters why not.")]})
    expense.move_to(REJECTED)
    rejection = ExpenseRejection(expense_id=expense.id, rejected_by_id=member_id, reason=reason)
    db.session.add(rejection)
    db.session.flush()
    audit.record(actor, "expense.rejected", expense.id, reason=reason)
    return rejection


def pay_expense(actor: Actor, expense_id: str) -> ExpensePayment:
    """Pay an approved claim: legal costs up, the fund's cash down, in this transaction.

    Raises Conflict `fund_too_small`, `outside_purpose`, `in_payment_run` or `illegal_transition`, else what
    `approve_expense` does.
    """
    expense, member_id = for_finance(actor, expense_id, "costs.pay")
    refuse_waiting(expense.id)
    expense.move_to(PAID)
    require_purpose(db.session.get_one(Fund, expense.fund_id), expense.category)
    group_id = take_cash(
        kind="expense_paid",
        source=expense.id,
        fund_id=expense.fund_id,
        amount=expense.amount,
        into=LEGAL_COSTS,
    )
    release(fund_id=expense.fund_id, group_id=group_id, amount=expense.amount)
    payment = ExpensePayment(
        expense_id=expense.id, claimant_id=expense.claimant_id, paid_by_id=member_id, group_id=group_id
    )
    db.session.add(payment)
    db.session.flush()
    audit.record(actor, "expense.paid", expense.id, after={**_audited(expense), "group": group_id})
    return payment


def list_approvals(expense: Expense) -> list[ExpenseApproval]:
    """Those of the present revision, the first first."""
    query = select(ExpenseApproval).where(
        ExpenseApproval.expense_id == expense.id, ExpenseApproval.revision == expense.revision
    )
    return list(db.session.scalars(query.order_by(ExpenseApproval.approved_at, ExpenseApproval.id)))


def for_finance(actor: Actor, expense_id: str, permission: str) -> tuple[Expense, str]:
    """The locked claim and the member who decides: of the fund's organisation, and not the claimant."""
    actor.require(permission)
    member_id = answerable(actor)
    expense = lock_expense(actor, expense_id)
    fund = db.session.get_one(Fund, expense.fund_id)
    if fund.organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that owns the fund decides."))
    if expense.claimant_id == member_id:
        raise Forbidden(_("Nobody approves or pays their own claim. Ask a colleague."))
    return expense, member_id


def _write(expense: Expense, cost: Cost) -> None:
    expense.fund_id, expense.expense_code, expense.fee_item = cost.fund_id, cost.expense_code, cost.fee_item
    expense.category = cost.category or usual_category(cost.expense_code)
    expense.amount, expense.incurred_on, expense.description = cost.amount, cost.incurred_on, cost.description


def _audited(expense: Expense) -> dict[str, str | int]:
    """What approval is about; the description stays out of the trail."""
    return {
        "amount_minor": expense.amount_minor,
        "currency": expense.currency,
        "fund": expense.fund_id,
        "code": expense.expense_code,
        "category": expense.category,
    }
