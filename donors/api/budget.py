"""A drive's cost budget by stage, for software."""

from typing import Any

from campaigns.reading import get_drive
from core.db import transaction
from donors.api.blueprint import bp
from donors.figures.budgeting import budget_of
from donors.schemas.budget import (
    BudgetOut,
    StageEditIn,
    StageEstimateOut,
    StageIn,
    StageOrderIn,
    StageOut,
)
from legal.budget.assigning import assign_cost
from legal.budget.stage import BudgetStage, StageEstimate, stages_of
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import (
    add_stage,
    drop_stage,
    edit_stage,
    estimates_of,
    order_stages,
    read_stage,
)
from legal.schemas.cost_stage import CostStageIn
from legal.schemas.said_of_costs import WrittenExpenseOut
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/drives/<drive_id>/budget")
@token_required("campaigns.view")
@bp.response(200, BudgetOut)
def read_budget(drive_id: str) -> dict[str, Any]:
    """The stages with what was estimated, given, invoiced, approved and paid, and where the next gift goes."""
    return budget_of(get_drive(current_actor(), drive_id)).as_json()


@bp.get("/drives/<drive_id>/budget/stages")
@token_required("campaigns.view")
@bp.response(200, StageOut(many=True))
def list_stages(drive_id: str) -> list[BudgetStage]:
    """The stages in their order, as they were planned; dropped ones at the end."""
    return stages_of(get_drive(current_actor(), drive_id).id)


@bp.post("/drives/<drive_id>/budget/stages")
@token_required("campaigns.edit")
@bp.arguments(StageIn)
@bp.response(201, StageOut)
def create_stage(body: dict[str, Any], drive_id: str) -> BudgetStage:
    """Add a stage at the end. 409 `look_again`, `too_many_stages`."""
    looked_at = body.pop("looked_at")
    with transaction():
        return add_stage(current_actor(), drive_id, StageTerms(**body), looked_at=looked_at)


@bp.post("/drives/<drive_id>/budget/orders")
@token_required("campaigns.edit")
@bp.arguments(StageOrderIn)
@bp.response(201, StageOut(many=True))
def create_stage_order(body: dict[str, Any], drive_id: str) -> list[BudgetStage]:
    """Put the planned stages into this order."""
    with transaction():
        return order_stages(current_actor(), drive_id, body["stage_ids"])


@bp.patch("/budget-stages/<budget_stage_id>")
@token_required("campaigns.edit")
@bp.arguments(StageEditIn(partial=True))
@bp.response(200, StageOut)
def change_stage(body: dict[str, Any], budget_stage_id: str) -> BudgetStage:
    """Change a stage. 409 `edited_meanwhile`, `dropped`, `look_again`."""
    version, looked_at = body.pop("version", None), body.pop("looked_at", False)
    with transaction():
        return edit_stage(current_actor(), budget_stage_id, body, version=version, looked_at=looked_at)


@bp.get("/budget-stages/<budget_stage_id>/estimates")
@token_required("campaigns.view")
@bp.response(200, StageEstimateOut(many=True))
def list_estimates(budget_stage_id: str) -> list[StageEstimate]:
    """Every estimate that the stage had, the first one first."""
    return estimates_of(read_stage(current_actor(), budget_stage_id).id)


@bp.delete("/budget-stages/<budget_stage_id>")
@token_required("campaigns.edit")
@bp.response(204)
def remove_stage(budget_stage_id: str) -> None:
    """Drop a stage; the page of a public drive tells that it is not planned any more. 409 `dropped`."""
    with transaction():
        drop_stage(current_actor(), budget_stage_id)


@bp.put("/expenses/<expense_id>/stage")
@token_required("costs.claim")
@bp.arguments(CostStageIn)
@bp.response(200, WrittenExpenseOut)
def choose_stage(body: dict[str, Any], expense_id: str) -> Any:
    """Let a cost belong to a stage of a drive that is paid into its fund, or to none. 409 `rejected`."""
    with transaction():
        return assign_cost(current_actor(), expense_id, body["stage_id"])
