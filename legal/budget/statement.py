"""The one statement of a drive's stages, which a larger one may take in: a row for each stage, from indexed rows.

It costs nothing to a drive without a budget, and a read of its own expenses, bonds and reports to one that has it.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, case, cast, func, literal_column, not_, or_, select
from sqlalchemy.orm import aliased

from campaigns.drives.drive import Drive
from core.db import db
from core.money import Money
from legal.bonds.bond import APPROVED as BOND_APPROVED
from legal.bonds.bond import HELD, REQUESTED, Bond
from legal.budget.figures import StageFigures
from legal.budget.stage import BudgetStage, StageCost, StagePhase
from legal.costs.expense import APPROVED, PAID, PENDING, Expense
from legal.costs.refunding import ExpenseRefund
from legal.reports.report import TransparencyReport
from legal.reports.report_phase import ReportPhase

#: The figures of a row, in their order; what follows them is the name.
NUMBERS = (
    *("is_bond", "estimate", "before", "invoiced", "approved", "paid"),
    *("posted", "held", "hours_tenths", "in_kind"),
)


def stage_rows(drive_id: Any, tells_bonds: Any) -> Any:
    """Rows of id, name, position, dropped_on, changed_at, currency and `NUMBERS`; both arguments may be bound values.

    Reports that hold a bond's amount count where `tells_bonds`, as their own pages do.
    """
    costs, returned = _costs(drive_id), _came_back(drive_id)
    hours = _told(drive_id, tells_bonds)
    return (
        select(
            BudgetStage.id.label("id"),
            BudgetStage.name.label("name"),
            BudgetStage.position.label("position"),
            BudgetStage.dropped_on.label("dropped_on"),
            BudgetStage.estimate_changed_at.label("changed_at"),
            BudgetStage.currency.label("currency"),
            case((BudgetStage.is_bond, literal_column("1")), else_=_ZERO).label("is_bond"),
            BudgetStage.estimate_minor.label("estimate"),
            BudgetStage.estimate_before_minor.label("before"),
            costs.c.invoiced.label("invoiced"),
            costs.c.approved.label("approved"),
            (func.coalesce(costs.c.paid, _ZERO) - func.coalesce(returned.c.minor, _ZERO)).label("paid"),
            _bonds(not_(_is(Bond.state, (REQUESTED, BOND_APPROVED)))).label("posted"),
            _bonds(_is(Bond.state, HELD)).label("held"),
            hours.c.tenths.label("hours_tenths"),
            hours.c.minor.label("in_kind"),
        )
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .outerjoin(costs, costs.c.stage_id == BudgetStage.id)
        .outerjoin(returned, returned.c.stage_id == BudgetStage.id)
        .outerjoin(hours, hours.c.stage_id == BudgetStage.id)
        .where(BudgetStage.drive_id == drive_id, not_(BudgetStage.dropped_unseen))
    )


# Each of these reads the drive's own rows once, and gives a row for each stage that has any. Our own constants are
# written into the statement: to bind them anew with each view of a page costs more than to execute it.
_ZERO: ColumnElement[int] = literal_column("0")


def _is(column: Any, states: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(column == literal_column(f"'{state}'") for state in sorted(states)))


def _costs(drive_id: Any) -> Any:
    """Claims by stage. One that was moved to another fund has left the drive, and with it the stage."""

    def total(*states: str) -> ColumnElement[Any]:
        return func.sum(case((_is(Expense.state, states), Expense.amount_minor), else_=_ZERO))

    return (
        _of_stages(
            drive_id,
            total(PENDING, APPROVED, PAID).label("invoiced"),
            total(APPROVED, PAID).label("approved"),
            total(PAID).label("paid"),
        )
        .join(Expense, and_(Expense.id == StageCost.expense_id, Expense.fund_id == Drive.fund_id))
        .group_by(BudgetStage.id)
        .subquery()
    )


def _came_back(drive_id: Any) -> Any:
    return (
        _of_stages(drive_id, func.sum(ExpenseRefund.amount_minor).label("minor"))
        .join(Expense, and_(Expense.id == StageCost.expense_id, Expense.fund_id == Drive.fund_id))
        .join(ExpenseRefund, ExpenseRefund.expense_id == Expense.id)
        .group_by(BudgetStage.id)
        .subquery()
    )


def _of_stages(drive_id: Any, *columns: ColumnElement[Any]) -> Any:
    """The stages of the drive with the costs that were assigned to them."""
    return (
        select(BudgetStage.id.label("stage_id"), *columns)
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .join(StageCost, StageCost.stage_id == BudgetStage.id)
        .where(BudgetStage.drive_id == drive_id)
    )


def _bonds(state: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(func.sum(Bond.amount_minor))
        .where(BudgetStage.is_bond, Bond.fund_id == Drive.fund_id, Bond.currency == Drive.currency, state)
        .correlate(BudgetStage, Drive)
        .scalar_subquery()
    )


def _told(drive_id: Any, tells_bonds: Any) -> Any:
    """Hours of the stages' phases, over the campaign's reports that no other one supersedes."""
    newer = aliased(TransparencyReport)
    replaced = select(newer.id).where(newer.supersedes_id == TransparencyReport.id).exists()
    worth = case((ReportPhase.currency == Drive.currency, ReportPhase.value_minor), else_=_ZERO)
    return (
        select(
            StagePhase.stage_id.label("stage_id"),
            func.sum(ReportPhase.hours_tenths).label("tenths"),
            func.sum(worth).label("minor"),
        )
        .join(Drive, Drive.id == StagePhase.drive_id)
        .join(TransparencyReport, TransparencyReport.campaign_id == Drive.campaign_id)
        .join(
            ReportPhase,
            and_(ReportPhase.report_id == TransparencyReport.id, ReportPhase.phase == StagePhase.phase),
        )
        .where(
            StagePhase.drive_id == drive_id,
            ~replaced,
            or_(not_(TransparencyReport.tells_bond_amount), tells_bonds),
        )
        .group_by(StagePhase.stage_id)
        .subquery()
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
