"""Saying to which stage of a drive's budget a cost belongs."""

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from legal.budget.stage import BudgetStage, StageCost
from legal.costs.expense import REJECTED, Expense, expenses_of, lock_expense
from staff import audit
from staff.access import Actor


def assign_cost(actor: Actor, expense_id: str, stage_id: str | None) -> Expense:
    """Let a claim on the fund of one's own drive belong to a stage, or to none.

    Raises NotFound, Forbidden for a partner, Invalid on stage_id unless it is a planned stage of costs of a drive
    that is paid into the claim's fund, Conflict `rejected`.
    """
    actor.require("costs.claim")
    expense = lock_expense(actor, expense_id)
    db.session.refresh(expense, ["fund"])
    if expense.fund.organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that owns the fund decides."))
    if expense.state == REJECTED:
        raise Conflict("rejected", _("This claim was rejected and costs nothing."))
    before = db.session.get(StageCost, expense.id)
    was = before.stage_id if before else None
    if stage_id and stage_id not in {each.id for each, _drive in stages_for(expense)}:
        raise Invalid({"stage_id": [_("Choose a stage of a drive that is paid into this fund.")]})
    if (stage_id or None) == was:
        return expense
    if before is not None:
        db.session.delete(before)
        db.session.flush()
    if stage_id:
        row = StageCost(expense_id=expense.id, stage_id=stage_id, assigned_by_id=actor.person_id)
        row.assigned_at = clock.now()
        db.session.add(row)
        db.session.flush()
    audit.record(
        actor, "expense.staged", expense.id, before={"stage": was}, after={"stage": stage_id or None}
    )
    return expense


def stages_for(expense: Expense) -> list[tuple[BudgetStage, Drive]]:
    """The planned stages of costs that a claim may belong to, by drive and in their order."""
    query = (
        select(BudgetStage, Drive)
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .where(
            Drive.fund_id == expense.fund_id,
            BudgetStage.is_bond.is_(False),
            BudgetStage.dropped_on.is_(None),
        )
        .order_by(Drive.opens_at.desc(), Drive.id, BudgetStage.position)
    )
    return [(stage, drive) for stage, drive in db.session.execute(query)]


def stage_of_cost(expense_id: str) -> BudgetStage | None:
    """The stage that a claim belongs to, whatever became of it."""
    query = select(BudgetStage).join(StageCost, StageCost.stage_id == BudgetStage.id)
    return db.session.scalar(query.where(StageCost.expense_id == expense_id))


def unassigned(actor: Actor, drive: Drive) -> Select[Expense]:
    """Claims on a drive's fund that the actor may see and that belong to no stage yet, the latest first."""
    assigned = select(StageCost.expense_id)
    return (
        expenses_of(actor)
        .where(Expense.fund_id == drive.fund_id, Expense.state != REJECTED, Expense.id.not_in(assigned))
        .order_by(Expense.incurred_on.desc(), Expense.id)
    )
