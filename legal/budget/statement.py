"""The one statement of a drive's stages, which a larger one may take in: a row for each stage, from indexed rows.

It costs nothing to a drive without a budget, and a read of its own expenses, bonds and reports to one that has it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, case, cast, func, literal_column, not_, or_, select
from sqlalchemy.orm import aliased

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.names.drive_names import shown_name
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

#: The figures of a row, in their order.
NUMBERS = (
    *("is_bond", "estimate", "before", "invoiced", "approved", "paid"),
    *("posted", "held", "hours_tenths", "in_kind"),
)


def stage_rows(drive_id: Any, tells_bonds: Any, at: Any = None) -> Any:
    """Rows of id, name, shown_name (empty where the name is not public), position, dropped_on, changed_at, currency,
    `NUMBERS`, and `holder_slug` and `holder_title` of the drive with which a bond stage's bonds are told where that is
    another one. The arguments may be bound values.

    Reports that hold a bond's amount count where `tells_bonds`, as their own pages do. `at` None: now.
    """
    costs, returned = _costs(drive_id), _came_back(drive_id)
    hours, holder, held_by = _told(drive_id, tells_bonds), _holders(drive_id, at), aliased(Drive)
    is_holder = func.coalesce(holder.c.holder_id, BudgetStage.id) == BudgetStage.id
    return (
        select(
            BudgetStage.id.label("id"),
            BudgetStage.name.label("name"),
            shown_name(BudgetStage.drive_id, BudgetStage.name, at).label("shown_name"),
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
            _bonds(is_holder, not_(_is(Bond.state, (REQUESTED, BOND_APPROVED)))).label("posted"),
            _bonds(is_holder, _is(Bond.state, HELD)).label("held"),
            hours.c.tenths.label("hours_tenths"),
            hours.c.minor.label("in_kind"),
            held_by.slug.label("holder_slug"),
            held_by.title.label("holder_title"),
        )
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .outerjoin(costs, costs.c.stage_id == BudgetStage.id)
        .outerjoin(returned, returned.c.stage_id == BudgetStage.id)
        .outerjoin(hours, hours.c.stage_id == BudgetStage.id)
        .outerjoin(holder, holder.c.stage_id == BudgetStage.id)
        .outerjoin(held_by, and_(held_by.id == holder.c.drive_id, held_by.id != BudgetStage.drive_id))
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


def _bonds(is_holder: ColumnElement[bool], state: ColumnElement[bool]) -> ColumnElement[Any]:
    total = (
        select(func.sum(Bond.amount_minor))
        .where(Bond.fund_id == Drive.fund_id, Bond.currency == Drive.currency, state)
        .correlate(BudgetStage, Drive)
        .scalar_subquery()
    )
    return case((and_(BudgetStage.is_bond, is_holder), total), else_=_ZERO)


def _holders(drive_id: Any, at: Any) -> Any:
    """For each bond stage of the drive the one stage that tells the bonds of its fund, and its drive: of all bond
    stages of public drives on the fund that of the drive published first, planned ones before dropped ones
    (docs/decisions/0031). No row where no drive on the fund is public."""
    first = _first_bond_stage(at)
    mine = (
        select(BudgetStage.id.label("stage_id"), first.label("holder_id"))
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .where(BudgetStage.drive_id == drive_id, BudgetStage.is_bond)
        .subquery()
    )
    holding = aliased(BudgetStage)
    return (
        select(mine.c.stage_id, mine.c.holder_id, holding.drive_id)
        .join(holding, holding.id == mine.c.holder_id)
        .subquery()
    )


def _first_bond_stage(at: Any) -> ColumnElement[Any]:
    """Of all public drives on the outer `Drive`'s fund."""
    stage, drive, campaign = aliased(BudgetStage), aliased(Drive), aliased(Campaign)
    return (
        select(stage.id)
        .join(drive, drive.id == stage.drive_id)
        .join(campaign, campaign.id == drive.campaign_id)
        .where(
            *(drive.fund_id == Drive.fund_id, drive.currency == Drive.currency),
            *(stage.is_bond, not_(stage.dropped_unseen), drive.is_shown(at), campaign.is_shown(at)),
        )
        .order_by(stage.dropped_on.is_not(None), drive.published_at, drive.id, stage.position, stage.id)
        .limit(literal_column("1"))
        .correlate(Drive)
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
        estimate=amounts["estimate"],
        invoiced=amounts["invoiced"],
        approved=amounts["approved"],
        paid=amounts["paid"],
        in_kind=amounts["in_kind"],
    )


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def read_stages(drive_id: str, *, tells_bonds: bool = True) -> list[StageFigures]:
    """The stages of a drive with the bond's amounts. Without `tells_bonds` reports that tell a bond count nowhere."""
    return [_read(row) for row in db.session.execute(stage_rows(drive_id, cast(tells_bonds, Boolean)))]


def _read(row: Any) -> StageFigures:
    figures = stage_of(
        (getattr(row, name) for name in NUMBERS),
        id=row.id,
        name=row.name,
        position=row.position,
        currency=row.currency,
        changed_at=row.changed_at,
        dropped_on=row.dropped_on,
    )
    return replace(figures, told_with=(row.holder_slug, row.holder_title) if row.holder_slug else None)
