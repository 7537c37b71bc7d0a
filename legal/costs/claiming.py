"""Claiming a cost, approving it, and paying it from the fund. Three verbs, and two people at least."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LEGAL_COSTS
from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from core.money import Money
from legal import utbms
from legal.acting import answerable
from legal.costs.expense import (
    APPROVED,
    CATEGORIES,
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
from legal.costs.spending import funds_for, take_cash
from legal.matters.matter import Matter, get_matter
from staff import audit
from staff.access import Actor

LARGEST_CLAIM_MINOR = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a claim says. `category` defaults to the usual one of the code."""

    fund_id: str
    expense_code: str
    amount: Money
    incurred_on: date
    description: str
    category: str | None = None


def claim_expense(actor: Actor, *, matter_id: str, cost: Cost) -> Expense:
    """Ask a fund of the matter's campaign to pay a cost.

    Raises NotFound for a foreign matter, Invalid naming fund_id, expense_code, amount, incurred_on,
    description or category.
    """
    actor.require("costs.claim")
    claimant_id = answerable(actor)
    cost = _checked(cost, get_matter(actor, matter_id))
    expense = Expense(matter_id=matter_id, organisation_id=actor.organisation_id, claimant_id=claimant_id)
    expense.state = PENDING
    _write(expense, cost)
    db.session.add(expense)
    db.session.flush()
    audit.record(actor, "expense.claimed", expense.id, after=_audited(expense))
    return expense


def revise_expense(actor: Actor, expense_id: str, *, cost: Cost) -> Expense:
    """Correct one's own claim. A new amount, fund or code makes an approved claim pending again.

    Raises what `claim_expense` raises, Forbidden for somebody else's, Conflict `claim_locked` once settled.
    """
    actor.require("costs.claim")
    expense = lock_expense(actor, expense_id)
    if expense.claimant_id != answerable(actor):
        raise Forbidden(_("Only the claimant corrects a claim."))
    if not expense.is_editable:
        raise Conflict("claim_locked", _("This claim is settled and cannot be changed."))
    cost = _checked(cost, get_matter(actor, expense.matter_id))
    before = _audited(expense)
    _write(expense, cost)
    if expense.state == APPROVED and _audited(expense) != before:
        expense.move_to(PENDING)
    db.session.flush()
    audit.record(actor, "expense.revised", expense.id, before=before, after=_audited(expense))
    return expense


def approve_expense(actor: Actor, expense_id: str) -> ExpenseApproval:
    """Approve a pending claim on a fund of the actor's organisation.

    Raises NotFound, Forbidden for one's own claim or another organisation's fund, Conflict
    `illegal_transition`.
    """
    expense, member_id = _for_finance(actor, expense_id, "costs.approve")
    expense.move_to(APPROVED)
    approval = ExpenseApproval(
        expense_id=expense.id,
        claimant_id=expense.claimant_id,
        approved_by_id=member_id,
        amount_minor=expense.amount_minor,
        currency=expense.currency,
    )
    db.session.add(approval)
    db.session.flush()
    audit.record(actor, "expense.approved", expense.id, after=_audited(expense))
    return approval


def reject_expense(actor: Actor, expense_id: str, *, reason: str) -> ExpenseRejection:
    """Turn a pending claim down for good. Raises Invalid on reason, else what `approve_expense` does."""
    expense, member_id = _for_finance(actor, expense_id, "costs.approve")
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

    Raises Conflict `fund_too_small` or `illegal_transition`, else what `approve_expense` does.
    """
    expense, member_id = _for_finance(actor, expense_id, "costs.pay")
    expense.move_to(PAID)
    group_id = take_cash(
        kind="expense_paid",
        source=expense.id,
        fund_id=expense.fund_id,
        amount=expense.amount,
        into=LEGAL_COSTS,
    )
    payment = ExpensePayment(
        expense_id=expense.id, claimant_id=expense.claimant_id, paid_by_id=member_id, group_id=group_id
    )
    db.session.add(payment)
    db.session.flush()
    audit.record(actor, "expense.paid", expense.id, after={**_audited(expense), "group": group_id})
    return payment


def _for_finance(actor: Actor, expense_id: str, permission: str) -> tuple[Expense, str]:
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


def _checked(cost: Cost, matter: Matter) -> Cost:
    """The cost with its canonical code; every broken rule is named at once."""
    wrong: dict[str, list[str]] = {}
    code = ""
    try:
        code = utbms.expense_code(cost.expense_code).code
    except Invalid as refusal:
        wrong |= refusal.errors
    fund = next((each for each in funds_for(matter) if each.id == cost.fund_id), None)
    if fund is None:
        wrong["fund_id"] = [_("Choose a fund of this matter's campaign.")]
    elif cost.amount.currency != fund.currency:
        wrong["amount"] = [_("This fund is kept in %(currency)s.", currency=fund.currency)]
    if not 0 < cost.amount.minor <= LARGEST_CLAIM_MINOR:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    if cost.incurred_on > clock.today():
        wrong["incurred_on"] = [_("This day is in the future.")]
    if not 1 <= len(cost.description.strip()) <= 1000:
        wrong["description"] = [_("Say what was bought, in up to 1000 characters.")]
    if cost.category is not None and cost.category not in CATEGORIES:
        wrong["category"] = [_("Choose one of the categories.")]
    if wrong:
        raise Invalid(wrong)
    return Cost(
        fund_id=cost.fund_id,
        expense_code=code,
        amount=cost.amount,
        incurred_on=cost.incurred_on,
        description=cost.description.strip(),
        category=cost.category,
    )


def _write(expense: Expense, cost: Cost) -> None:
    expense.fund_id, expense.expense_code = cost.fund_id, cost.expense_code
    expense.category = cost.category or usual_category(cost.expense_code)
    expense.amount, expense.incurred_on, expense.description = cost.amount, cost.incurred_on, cost.description


def _audited(expense: Expense) -> dict[str, str | int]:
    """What approval is about; the description stays out of the trail."""
    return {
        "amount_minor": expense.amount_minor,
        "currency": expense.currency,
        "fund": expense.fund_id,
        "code": expense.expense_code,
    }
