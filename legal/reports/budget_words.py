"""The budgets of a published report with the words of now: stages by their names, drives by their titles.

Reports that were published before they told budgets have none, and are read as they were.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.names.drive_names import shown_name
from core import i18n
from core.db import db
from core.money import Money
from legal.budget.figures import Budget, StageFigures
from legal.budget.names import neutral_name
from legal.budget.stage import BudgetStage


def budgets_view(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each drive its title, its address (empty where its page is not public), a Budget for macros/budget.html,
    and the same as rows of text for the document."""
    told = content.get("budgets", [])
    if not told:
        return []
    names, titles = _names(told), _titles(told)
    return [_view(each, names, titles) for each in told]


def _names(told: list[Any]) -> dict[str, str]:
    ids = [stage["id"] for budget in told for stage in budget["stages"]]
    name = shown_name(BudgetStage.drive_id, BudgetStage.name).label("name")
    query = select(BudgetStage.id, name).where(BudgetStage.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)}


def _titles(told: list[Any]) -> dict[str, tuple[str, str]]:
    shown = select(Drive).where(Drive.id.in_([each["drive_id"] for each in told]), Drive.is_shown())
    return {drive.id: (drive.title, f"/d/{drive.slug}") for drive in db.session.scalars(shown)}


def _view(
    told: Mapping[str, Any], names: Mapping[str, str], titles: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    title, address = titles.get(told["drive_id"], (_("A drive of the campaign"), ""))
    stages = tuple(
        _stage(each, at, told["currency"], names.get(each["id"], ""))
        for at, each in enumerate(told["stages"], start=1)
    )
    budget = Budget(currency=told["currency"], stages=stages, next_stage=None)
    return {"title": title, "address": address, "budget": budget, "rows": {"title": title, **_rows(budget)}}


def _stage(told: Mapping[str, Any], position: int, currency: str, name: str) -> StageFigures:
    def money(figure: str) -> Money | None:
        minor = told[f"{figure}_minor"]
        return None if minor is None else Money(minor, currency)

    nothing = Money.zero(currency)
    return StageFigures(
        id=told["id"],
        name=name or neutral_name(position, is_bond=told["is_bond"]),
        position=position,
        is_bond=told["is_bond"],
        estimate=money("estimate"),
        invoiced=money("invoiced") or nothing,
        approved=money("approved") or nothing,
        paid=money("paid") or nothing,
        posted=money("posted"),
        held=money("held"),
        hours_tenths=told["tenths"],
        in_kind=Money(told["value_minor"], currency),
        dropped_on=date.fromisoformat(told["dropped_on"]) if told["dropped_on"] else None,
        told_with=("", "") if told["is_counted_elsewhere"] else None,
    )


def _rows(budget: Budget) -> dict[str, Any]:
    """Three tables: costs with their sum, the bond, the hours given. Amounts as text."""
    costs = [each for each in budget.stages if not each.is_bond]
    sums = budget.costs
    rows = [
        (each.name, *(_text(getattr(each, name)) for name in ("estimate", "invoiced", "approved", "paid")))
        for each in costs
    ]
    all_costs = (
        _("All costs"),
        *(_text(each) for each in (sums.estimate, sums.invoiced, sums.approved, sums.paid)),
    )
    return {
        "costs": [*rows, all_costs] if len(rows) > 1 else rows,
        "bonds": [
            (each.name, _text(each.estimate), *(_bond(each, amount) for amount in (each.posted, each.held)))
            for each in budget.stages
            if each.is_bond
        ],
        "shared": [
            _("This drive shares its fund with another one, which counts the bonds.")
            for each in budget.stages
            if each.told_with
        ],
        "hours": [
            (each.name, i18n.hours(each.hours_tenths), _text(each.in_kind))
            for each in budget.stages
            if each.hours_tenths
        ],
    }


def _text(amount: Money | None) -> str:
    return _("not told") if amount is None else i18n.money(amount)


def _bond(stage: StageFigures, amount: Money | None) -> str:
    return "–" if stage.told_with else _text(amount)
