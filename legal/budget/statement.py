"""The one statement of a drive's stages, which a larger one may take in: a row for each stage, from indexed rows.

It costs nothing to a drive without a budget, and a read of its own expenses, bonds and reports to one that has it.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, case, cast, func, not_, or_, select
from sqlalchemy.orm import aliased

from campaigns.drives.drive import Drive
from core.db import db
from core.money import Money
from legal.bonds.bond import APPROVED as BOND_APPROVED
from legal.bonds.bond import HELD, REQUESTED, Bond
from legal.budget.figures import StageFigures
from legal.budget.stage import BudgetStage, StageCost, StagePhase
from legal.costs.expense import APPROVED, PAID, REJECTED, Expense
from legal.costs.refunding import ExpenseRefund
from legal.reports.report import TransparencyReport
from legal.reports.report_phase import ReportPhase

#: The figures of a row, in their order; what follows them is the name.
NUMBERS = (
    *("is_bond", "estimate", "before", "invoiced", "approved", "paid"),
    *("posted", "held", "hours_tenths", "in_kind"),
)


def stage_rows(drive_id: Any, tells_bonds: Any) -> Any:
    """Rows of id, name, position, dropped_on, changed_at and `NUMBERS`; both arguments may be bound values.

    Reports that hold a bond's amount count where `tells_bonds`, as their own pages do.
    """
    return (
        select(
            BudgetStage.id.label("id"),
            BudgetStage.name.label("name"),
            BudgetStage.position.label("position"),
            BudgetStage.dropped_on.label("dropped_on"),
            BudgetStage.estimate_changed_at.label("changed_at"),
            BudgetStage.currency.label("currency"),
            case((BudgetStage.is_bond, 1), else_=0).label("is_bond"),
            BudgetStage.estimate_minor.label("estimate"),
            BudgetStage.estimate_before_minor.label("before"),
            _costs(Expense.state != REJECTED).label("invoiced"),
            _costs(Expense.state.in_((APPROVED, PAID))).label("approved"),
            (_costs(Expense.state == PAID) - _came_back()).label("paid"),
            _bonds(Bond.state.not_in((REQUESTED, BOND_APPROVED))).label("posted"),
            _bonds(Bond.state.in_(HELD)).label("held"),
            _told(ReportPhase.hours_tenths, tells_bonds).label("hours_tenths"),
            _told(
                case((ReportPhase.currency == BudgetStage.currency, ReportPhase.value_minor), else_=0),
                tells_bonds,
            ).label("in_kind"),
        )
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .where(BudgetStage.drive_id == drive_id, not_(BudgetStage.dropped_unseen))
    )


def _sum(minor: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(minor), cast(0, BigInteger))


def _costs(state: ColumnElement[bool]) -> ColumnElement[Any]:
    """Claims of the stage. One that was moved to another fund has left the drive, and with it the stage."""
    return (
        select(_sum(Expense.amount_minor.expression))
        .join(StageCost, StageCost.expense_id == Expense.id)
        .where(StageCost.stage_id == BudgetStage.id, Expense.fund_id == Drive.fund_id, state)
        .correlate(BudgetStage, Drive)
        .scalar_subquery()
    )


def _came_back() -> ColumnElement[Any]:
    return (
        select(_sum(ExpenseRefund.amount_minor.expression))
        .join(StageCost, StageCost.expense_id == ExpenseRefund.expense_id)
        .join(Expense, Expense.id == ExpenseRefund.expense_id)
        .where(StageCost.stage_id == BudgetStage.id, Expense.fund_id == Drive.fund_id)
        .correlate(BudgetStage, Drive)
        .scalar_subquery()
    )


def _bonds(state: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(_sum(Bond.amount_minor.expression))
        .where(BudgetStage.is_bond, Bond.fund_id == Drive.fund_id, Bond.currency == Drive.currency, state)
        .correlate(BudgetStage, Drive)
        .scalar_subquery()
    )


def _told(figure: ColumnElement[Any] | Any, tells_bonds: Any) -> ColumnElement[Any]:
    """A figure of the stage's phases over the campaign's reports that no other one supersedes."""
    newer = aliased(TransparencyReport)
    replaced = select(newer.id).where(newer.supersedes_id == TransparencyReport.id).exists()
    return (
        select(_sum(figure))
        .select_from(StagePhase)
        .join(ReportPhase, ReportPhase.phase == StagePhase.phase)
        .join(TransparencyReport, TransparencyReport.id == ReportPhase.report_id)
        .where(
            StagePhase.stage_id == BudgetStage.id,
            TransparencyReport.campaign_id == Drive.campaign_id,
            ~replaced,
            or_(not_(TransparencyReport.tells_bond_amount), tells_bonds),
        )
        .correlate(BudgetStage, Drive)
        .scalar_subquery()
    )


def stage_of(
    numbers: Iterable[Any],
    *,
    id: str,
    name: str,
    position: int,
    currency: str,
    changed_at: Any,
    dropped_on: Any,
) -> StageFigures:
    """A row as figures; `numbers` are those of `NUMBERS`, as the database gives them or as text."""
    named = {each: _whole(value) for each, value in zip(NUMBERS, numbers, strict=True)}
    is_bond = bool(named.pop("is_bond"))
    before, tenths = named.pop("before"), named.pop("hours_tenths")
    amounts = {each: Money(value or 0, currency) for each, value in named.items()}
    return StageFigures(
        id=id,
        name=name,
        position=position,
        is_bond=is_bond,
        estimate_before=None if before is None else Money(before, currency),
        estimate_changed_at=changed_at,
        dropped_on=dropped_on,
        hours_tenths=tenths or 0,
        posted=amounts.pop("posted") if is_bond else None,
        held=amounts.pop("held") if is_bond else None,
        **{each: amounts[each] for each in ("estimate", "invoiced", "approved", "paid", "in_kind")},
    )


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def read_stages(drive_id: str) -> list[StageFigures]:
    """The stages of a drive as its staff reads them: with the bond's amounts."""
    rows = db.session.execute(stage_rows(drive_id, cast(True, Boolean)))
    return [
        stage_of(
            (getattr(row, name) for name in NUMBERS),
            id=row.id,
            name=row.name,
            position=row.position,
            currency=row.currency,
            changed_at=row.changed_at,
            dropped_on=row.dropped_on,
        )
        for row in rows
    ]
