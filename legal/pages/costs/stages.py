"""To which stage of a drive's budget a cost belongs."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from legal.budget.assigning import assign_cost, stage_of_cost, stages_for
from legal.costs.expense import STATES, Expense, get_expense
from legal.pages.blueprint import bp, refuse
from legal.schemas.cost_stage import CostStageIn, choosing_among
from staff.access import current_actor, requires


@bp.get("/expenses/<expense_id>/stage")
@requires("costs.claim")
def cost_stage(expense_id: str) -> str:
    expense = get_expense(current_actor(), expense_id)
    chosen = stage_of_cost(expense.id)
    form = Form(_cost_schema(expense), initial={"stage_id": chosen.id if chosen else ""})
    return _cost_page(expense, form)


def _cost_page(expense: Expense, form: Form) -> str:
    db.session.refresh(expense, ["fund", "matter"])
    return render_template(
        "legal/cost_stage.html",
        expense=expense,
        form=form,
        has_stages=bool(stages_for(expense)),
        states=STATES,
    )


def _cost_schema(expense: Expense) -> CostStageIn:
    options = [(stage.id, f"{stage.name} · {drive.title}") for stage, drive in stages_for(expense)]
    return choosing_among([("", _("No stage")), *options])


@bp.post("/expenses/<expense_id>/stage")
@requires("costs.claim")
def cost_stage_submit(expense_id: str) -> AnyResponse | tuple[str, int]:
    expense = get_expense(current_actor(), expense_id)
    form = Form(_cost_schema(expense), request.form)
    if not form.is_valid:
        return _cost_page(expense, form), 422
    try:
        with transaction():
            assign_cost(current_actor(), expense_id, form.data["stage_id"])
    except Invalid as refusal:
        refuse(form, refusal)
        return _cost_page(expense, form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("legal.expense", expense_id=expense_id))
    flash(_("Saved. The budget counts it there."))
    return redirect(url_for("legal.expense", expense_id=expense_id))
