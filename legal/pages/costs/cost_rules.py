"""How many people approve a cost, and money that comes back of one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from legal.costs.cost_rule import find_cost_rule, set_cost_rule
from legal.costs.expense import get_expense
from legal.costs.refunding import refund_expense
from legal.pages.blueprint import bp, refuse
from legal.pages.costs.expenses import expense_page
from legal.schemas.costs import CostRuleIn, ExpenseRefundIn
from staff.access import current_actor, requires


@bp.get("/expenses/rule")
@requires("costs.view")
def cost_rule() -> str:
    rule = find_cost_rule(current_actor().organisation_id, "USD")
    return _page(Form(CostRuleIn(), initial={"above": rule.amount if rule else None}))


def _page(form: Form) -> str:
    rule = find_cost_rule(current_actor().organisation_id, "USD")
    return render_template("legal/cost_rule.html", form=form, rule=rule)


@bp.post("/expenses/rule")
@requires("organisation.edit")
def cost_rule_submit() -> AnyResponse | tuple[str, int]:
    form = Form(CostRuleIn(), request.form)
    if not form.is_valid:
        return _page(form), 422
    with transaction():
        set_cost_rule(current_actor(), form.data["above"])
    flash(_("The rule holds from now on. Claims approved before stay approved."))
    return redirect(url_for("legal.cost_rule"))


@bp.post("/expenses/<expense_id>/refunds")
@requires("costs.pay")
def expense_refund(expense_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(ExpenseRefundIn(), request.form)
    if not form.is_valid:
        return expense_page(get_expense(actor, expense_id), refund=form), 422
    try:
        with transaction():
            refund_expense(actor, expense_id, **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return expense_page(get_expense(actor, expense_id), refund=form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The money is back in the fund, restricted as before."))
    return redirect(url_for("legal.expense", expense_id=expense_id))
