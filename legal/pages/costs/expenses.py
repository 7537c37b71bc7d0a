"""Costs: the list, a new claim, and the decisions about each."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import or_
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from core import clock, uploads
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.costs.claiming import (
    approve_expense,
    claim_expense,
    list_approvals,
    pay_expense,
    reject_expense,
    revise_expense,
)
from legal.costs.cost_rule import approvals_needed
from legal.costs.expense import CATEGORIES, PENDING, STATES, Expense, expenses_of, get_expense
from legal.costs.fee_schedule import fee_warning
from legal.costs.receipt import RECEIPTS, add_receipt, list_receipts
from legal.costs.refunding import list_refunds
from legal.pages.blueprint import bp, names_of, refuse
from legal.schemas.costs import CostIn, ExpenseFormIn, ExpenseRefundIn, ReceiptIn
from legal.schemas.time import WhyNotIn
from staff.access import current_actor, requires


@bp.get("/expenses")
@requires("costs.view")
def expenses() -> str:
    query = expenses_of(current_actor()).options(joinedload(Expense.claimant), joinedload(Expense.fund))
    state, words = request.args.get("state", ""), request.args.get("q", "").strip()
    if state in STATES:
        query = query.where(Expense.state == state)
    if words:
        query = query.where(
            or_(
                Expense.description.icontains(words, autoescape=True),
                Expense.expense_code.icontains(words, autoescape=True),
            )
        )
    pager = numbered(query.order_by(Expense.incurred_on.desc(), Expense.id))
    return render_template(
        "legal/expenses.html", pager=pager, states=STATES, categories=CATEGORIES, state=state, words=words
    )


@bp.get("/expenses/new")
@requires("costs.claim")
def expense_new() -> str:
    form = Form(ExpenseFormIn(), initial={"incurred_on": clock.today()})
    return render_template("legal/expense_new.html", form=form)


@bp.post("/expenses")
@requires("costs.claim")
@uploads.takes(RECEIPTS)
def expense_new_submit() -> AnyResponse | tuple[str, int]:
    form = Form(ExpenseFormIn(), CombinedMultiDict([request.form, request.files]))
    if not form.is_valid:
        return render_template("legal/expense_new.html", form=form), 422
    files = [form.data.pop("receipt")] if form.data.get("receipt") else []
    form.data.pop("receipt", None)
    try:
        with uploads.keeping(RECEIPTS, files, field="receipt") as kept, transaction():
            claimed = claim_expense(current_actor(), **form.data)
            for each in kept:
                add_receipt(current_actor(), claimed.id, each)
    except Invalid as refusal:
        refuse(form, refusal)
        return render_template("legal/expense_new.html", form=form), 422
    flash(_("The claim waits for approval. Nothing is paid yet."))
    return redirect(url_for("legal.expense", expense_id=claimed.id))


@bp.get("/expenses/<expense_id>")
@requires("costs.view")
def expense(expense_id: str) -> str:
    return expense_page(get_expense(current_actor(), expense_id))


@bp.post("/expenses/<expense_id>")
@requires("costs.claim")
def expense_submit(expense_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(CostIn(), request.form)
    if not form.is_valid:
        return expense_page(get_expense(actor, expense_id), form=form), 422
    try:
        with transaction():
            revise_expense(actor, expense_id, cost=form.data["cost"])
    except Invalid as refusal:
        refuse(form, refusal)
        return expense_page(get_expense(actor, expense_id), form=form), 422
    flash(_("The claim is corrected."))
    return redirect(url_for("legal.expense", expense_id=expense_id))


def _edit_form(found: Expense) -> Form:
    names = ("fund_id", "expense_code", "amount", "incurred_on", "description", "category", "fee_item")
    return Form(CostIn(), initial={name: getattr(found, name) for name in names})


def expense_page(
    found: Expense,
    *,
    form: Form | None = None,
    reason: Form | None = None,
    receipt: Form | None = None,
    refund: Form | None = None,
) -> str:
    """One claim, with the form that was refused, if one was."""
    db.session.refresh(found, ["claimant", "fund", "matter"])
    approvals = list_approvals(found)
    return render_template(
        "legal/expense.html",
        expense=found,
        form=form or _edit_form(found),
        reason=reason or Form(WhyNotIn()),
        receipt=receipt or Form(ReceiptIn()),
        warning=fee_warning(found),
        receipts=list_receipts(found),
        refund=refund or Form(ExpenseRefundIn(), initial={"received_on": clock.today()}),
        refunds=list_refunds(found),
        approvers=names_of([each.approved_by_id for each in approvals]),
        approvals_needed=approvals_needed(found.fund.organisation_id, found.amount),
        states=STATES,
        categories=CATEGORIES,
    )


@bp.post("/expenses/<expense_id>/approvals")
@requires("costs.approve")
def expense_approve(expense_id: str) -> AnyResponse:
    with transaction():
        approved = approve_expense(current_actor(), expense_id)
    if get_expense(current_actor(), approved.expense_id).state == PENDING:
        flash(_("Your approval is noted. A second person approves it too."))
    else:
        flash(_("The claim is approved and can be paid."))
    return redirect(url_for("legal.expense", expense_id=expense_id))


@bp.post("/expenses/<expense_id>/rejections")
@requires("costs.approve")
def expense_reject(expense_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(WhyNotIn(), request.form)
    found = get_expense(actor, expense_id)
    if not form.is_valid:
        return expense_page(found, reason=form), 422
    with transaction():
        reject_expense(actor, expense_id, reason=form.data["reason"])
    flash(_("The claim is rejected."))
    return redirect(url_for("legal.expense", expense_id=expense_id))


@bp.post("/expenses/<expense_id>/payments")
@requires("costs.pay")
def expense_pay(expense_id: str) -> AnyResponse:
    try:
        with transaction():
            pay_expense(current_actor(), expense_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The claim is paid from the fund."))
    return redirect(url_for("legal.expense", expense_id=expense_id))
