"""A drive's cost budget: its figures, its stages, and the costs that belong to none of them yet."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from campaigns import reading
from campaigns.drives import drive_panels
from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT
from campaigns.names.naming import waiting_names
from campaigns.pages.refusing import Attempt, attempt
from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.money import Money
from core.web import csv_out
from core.web.paging import numbered
from donors.figures.budgeting import budget_of
from donors.public.told_budget import next_pays
from donors.schemas.budget import (
    StageEditIn,
    StageIn,
    StageMoveIn,
    StageNameIn,
)
from donors.staff_pages.blueprint import bp
from legal.budget.assigning import unassigned
from legal.budget.figures import Budget
from legal.budget.stage import BudgetStage, stages_of
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import (
    add_stage,
    drop_stage,
    edit_stage,
    estimates_of,
    move_stage,
    phases_of,
    read_stage,
)
from legal.costs.expense import CATEGORIES, STATES
from staff.access import Actor, current_actor, requires

AMOUNTS = ("estimate", "given", "invoiced", "approved", "paid", "posted", "held")


@drive_panels.panel
def budget_panel(actor: Actor, drive: Drive) -> Markup | None:
    """What the next amount pays for, and the way to the budget."""
    edits = actor.can("campaigns.edit") and drive.organisation_id == actor.organisation_id
    has_stages = bool(stages_of(drive.id))
    if not has_stages and not edits:
        return None
    told = next_pays(budget_of(drive)) if has_stages else ""
    drawn = render_template("donors/staff/_budget_panel.html", drive=drive, told=told, has_stages=has_stages)
    return Markup(drawn)  # noqa: S704 - drawn by our own template, which escapes


@bp.get("/drives/<drive_id>/budget")
@requires("campaigns.view")
def budget(drive_id: str) -> str:
    return _budget_page(drive_id)


def _budget_page(drive_id: str, form: Form | None = None, tried: Attempt | None = None) -> str:
    actor = current_actor()
    drive = reading.get_drive(actor, drive_id)
    figures = budget_of(drive)
    is_own = drive.organisation_id == actor.organisation_id
    stages = stages_of(drive.id)
    sees_costs = is_own and actor.can("costs.view")
    return render_template(
        "donors/staff/budget.html",
        waiting=waiting_names(drive.id),
        drive=drive,
        budget=figures,
        told=next_pays(figures),
        planned=[each for each in stages if each.is_planned],
        dropped=[each for each in stages if not each.is_planned and not each.dropped_unseen],
        form=form or Form(_new_schema(drive)),
        tried=tried,
        edits=is_own and actor.can("campaigns.edit"),
        gives_bond_away=_gives_bond_away(drive, figures),
        loose=numbered(unassigned(actor, drive)) if sees_costs else None,
        cost_states=STATES,
        categories=CATEGORIES,
    )


@bp.get("/drives/<drive_id>/budget.csv")
@requires("campaigns.view")
def budget_csv(drive_id: str) -> Response:
    """A row for each stage, as the page tells it."""
    drive = reading.get_drive(current_actor(), drive_id)
    header = ("stage", "kind", *AMOUNTS, "pro_bono_hours", "in_kind", "currency", "dropped_on")
    return csv_out.download(f"budget-{drive.slug}.csv", header, _csv_rows(budget_of(drive)))


def _csv_rows(figures: Budget) -> Iterator[tuple[Any, ...]]:
    for each in figures.stages:
        amounts: list[Money | None] = [getattr(each, name) for name in AMOUNTS]
        yield (
            *(each.name, "bond" if each.is_bond else "costs"),
            *(amount.major if amount is not None else None for amount in amounts),
            *(each.hours_tenths / 10, each.in_kind.major, figures.currency, each.dropped_on),
        )


def _gives_bond_away(drive: Drive, figures: Budget) -> bool:
    """Whether the goal is the sum of all stages while the bond's amount may not be told."""
    if drive.campaign.tells_bond_amount or not any(each.is_bond for each in figures.stages):
        return False
    planned = [each.estimate.minor for each in figures.stages if each.estimate and not each.dropped_on]
    goal = next((each for each in reading.goals_of(drive.id) if each.metric == AMOUNT), None)
    return goal is not None and goal.target == sum(planned)


def _new_schema(drive: Drive) -> StageIn:
    schema = StageIn()
    schema.context_currency = drive.currency
    return schema


@bp.post("/drives/<drive_id>/budget")
@requires("campaigns.edit")
def budget_submit(drive_id: str) -> Any:
    drive = reading.get_drive(current_actor(), drive_id)
    form = Form(_new_schema(drive), request.form)

    def add() -> BudgetStage:
        terms = dict(form.data)
        looked_at = terms.pop("looked_at")
        return add_stage(current_actor(), drive_id, StageTerms(**terms), looked_at=looked_at)

    tried = attempt(form, add)
    if tried.done is None:
        return _budget_page(drive_id, form, tried), 422
    flash(_("The stage is added at the end of the budget."))
    return redirect(url_for(".budget", drive_id=drive_id))


@bp.get("/budget-stages/<budget_stage_id>")
@requires("campaigns.edit")
def budget_stage(budget_stage_id: str) -> str:
    stage = read_stage(current_actor(), budget_stage_id)
    return _stage_page(stage, Form(_edit_schema(stage), initial=_values(stage)))


def _stage_page(stage: BudgetStage, form: Form, tried: Attempt | None = None) -> str:
    drive = reading.get_drive(current_actor(), stage.drive_id)
    return render_template(
        "donors/staff/budget_stage.html",
        stage=stage,
        drive=drive,
        form=form,
        tried=tried,
        estimates=estimates_of(stage.id),
        is_own=drive.organisation_id == current_actor().organisation_id,
    )


def _edit_schema(stage: BudgetStage) -> StageNameIn:
    if not stage.is_planned:
        return StageNameIn()
    schema = StageEditIn()
    schema.context_currency = stage.currency
    return schema


def _values(stage: BudgetStage) -> dict[str, Any]:
    names = ("name", "estimate", "expected_on", "version")
    return {name: getattr(stage, name) for name in names} | {"phases": phases_of(stage.id)}


@bp.post("/budget-stages/<budget_stage_id>")
@requires("campaigns.edit")
def budget_stage_submit(budget_stage_id: str) -> Any:
    stage = read_stage(current_actor(), budget_stage_id)
    form = Form(_edit_schema(stage), request.form)
    changes = dict(form.data)
    version, looked_at = changes.pop("version", None), changes.pop("looked_at", False)

    def edit() -> BudgetStage:
        return edit_stage(current_actor(), budget_stage_id, changes, version=version, looked_at=looked_at)

    def present() -> dict[str, Any]:
        return _values(read_stage(current_actor(), budget_stage_id))

    tried = attempt(form, edit, present=present)
    if tried.done is None:
        return _stage_page(stage, form, tried), 409 if tried.differences is not None else 422
    flash(_("Saved."))
    return redirect(url_for(".budget", drive_id=stage.drive_id))


@bp.post("/budget-stages/<budget_stage_id>/moves")
@requires("campaigns.edit")
def budget_stage_move(budget_stage_id: str) -> Any:
    form = Form(StageMoveIn(), request.form)
    if not form.is_valid:
        raise Invalid(form.errors)
    with transaction():
        stages = move_stage(current_actor(), budget_stage_id, **form.data)
    return redirect(url_for(".budget", drive_id=stages[0].drive_id, _anchor="plan"))


@bp.post("/budget-stages/<budget_stage_id>/removals")
@requires("campaigns.edit")
def budget_stage_drop(budget_stage_id: str) -> Any:
    stage = read_stage(current_actor(), budget_stage_id)
    try:
        with transaction():
            drop_stage(current_actor(), budget_stage_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The stage is not planned any more."))
    return redirect(url_for(".budget", drive_id=stage.drive_id))
