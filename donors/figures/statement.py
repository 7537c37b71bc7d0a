"""The one statement of a drive's figures: kept totals, each beside the drive in a column of its own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from campaigns.drives.drive import Drive
from campaigns.drives.goal import Goal
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LedgerTotal
from donors.figures.goal_step import reached_column
from donors.figures.snapshot import CLOSE, PublicSnapshot
from donors.figures.tally import DriveTotal
from donors.matching.figures import matches_column
from legal.bonds.bond import REFUNDED, Bond
from legal.costs.in_kind import ACCEPTED, InKindCost
from legal.matters.matter import Matter
from legal.reports.transparency import LegalTotal


def statement(at: Any = None) -> Select[Any]:
    """Drives with their goals and figures: a row for each goal, from kept totals alone. Callers add
    `where` and further columns. `at` as for `Shown.is_shown`."""
    return (
        select(Drive, Goal, *_columns(at))
        .outerjoin(Goal, Goal.drive_id == Drive.id)
        .outerjoin(DriveTotal, DriveTotal.drive_id == Drive.id)
        .outerjoin(LegalTotal, LegalTotal.campaign_id == Drive.campaign_id)
    )


def _columns(at: Any) -> list[ColumnElement[Any]]:
    return [
        _kept_for_drive(ledger.RAISED).label("raised"),
        _kept_for_drive((ledger.EMPLOYER_MATCH,)).label("employers"),
        _kept_for_campaign(ledger.RAISED).label("received"),
        _kept_for_campaign((ledger.LEGAL_COSTS,)).label("spent"),
        _kept_for_campaign((ledger.BOND_DEPOSIT,)).label("bond"),
        _kept_for_campaign((ledger.BOND_FORFEITED,)).label("forfeited"),
        _kept_for_campaign((ledger.TRUST,)).label("trust"),
        _bonds_returned().label("returned"),
        _services().label("services"),
        func.coalesce(DriveTotal.gifts, 0).label("gifts"),
        func.coalesce(DriveTotal.donors, 0).label("donors"),
        func.coalesce(DriveTotal.new_monthly_donors, 0).label("new_monthly_donors"),
        func.coalesce(LegalTotal.hours_tenths, 0).label("hours_tenths"),
        func.coalesce(LegalTotal.in_kind_minor, 0).label("in_kind_minor"),
        LegalTotal.currency.label("in_kind_currency"),
        _frozen().label("frozen"),
        reached_column().label("reached"),
        matches_column(at).label("matches"),
    ]


def _frozen() -> ColumnElement[Any]:
    """What the snapshot at the close says, NULL before."""
    return (
        select(PublicSnapshot.content)
        .where(PublicSnapshot.drive_id == Drive.id, PublicSnapshot.kind == CLOSE)
        .correlate(Drive)
        .scalar_subquery()
    )


def _kept_for_drive(accounts: Sequence[str]) -> ColumnElement[Any]:
    return (
        select(func.coalesce(func.sum(LedgerTotal.balance_minor), 0))
        .where(
            LedgerTotal.fund_id == Drive.fund_id,
            LedgerTotal.drive_id == Drive.id,
            LedgerTotal.account.in_(accounts),
        )
        .correlate(Drive)
        .scalar_subquery()
    )


def _kept_for_campaign(accounts: Sequence[str]) -> ColumnElement[Any]:
    return (
        select(func.coalesce(func.sum(LedgerTotal.balance_minor), 0))
        .join(Fund, Fund.id == LedgerTotal.fund_id)
        .where(
            Fund.campaign_id == Drive.campaign_id,
            LedgerTotal.account.in_(accounts),
            LedgerTotal.currency == Drive.currency,
        )
        .correlate(Drive)
        .scalar_subquery()
    )


def _bonds_returned() -> ColumnElement[Any]:
    return (
        select(func.coalesce(func.sum(Bond.amount_minor), 0))
        .join(Fund, Fund.id == Bond.fund_id)
        .where(
            Fund.campaign_id == Drive.campaign_id,
            Bond.state == REFUNDED,
            Bond.currency == Drive.currency,
        )
        .correlate(Drive)
        .scalar_subquery()
    )


def _services() -> ColumnElement[Any]:
    return (
        select(func.coalesce(func.sum(InKindCost.amount_minor), 0))
        .join(Matter, Matter.id == InKindCost.matter_id)
        .where(
            Matter.campaign_id == Drive.campaign_id,
            InKindCost.state == ACCEPTED,
            InKindCost.currency == Drive.currency,
        )
        .correlate(Drive)
        .scalar_subquery()
    )
