"""What the public may know of the law work: hours and their estimated value, kept as totals.

`LegalTotal` and `LegalMonth` move in the transaction that approves or values an entry, so a page reads
one row instead of adding up entries; `verify_totals` adds them up again and compares. Cash spent and
bond held are the ledger's own kept totals. The four figures are never summed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    ForeignKey,
    ScalarSelect,
    String,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import BOND_DEPOSIT, LEGAL_COSTS, LedgerTotal
from core.db import Model, db, insert_once
from core.errors import Conflict
from core.money import Money
from legal.hours.time_entry import TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.rates.valuation import Valuation


class LegalTotal(Model):
    """All approved hours of a campaign. `valued_tenths` are those the in-kind value speaks of."""

    __tablename__ = "legal_total"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    hours_tenths: Mapped[int] = mapped_column(BigInteger)
    valued_tenths: Mapped[int] = mapped_column(BigInteger)
    in_kind_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


class LegalMonth(Model):
    """The same for one month of work; `month` is its first day."""

    __tablename__ = "legal_month"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    hours_tenths: Mapped[int] = mapped_column(BigInteger)
    valued_tenths: Mapped[int] = mapped_column(BigInteger)
    in_kind_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


@dataclass(frozen=True)
class PublicLegal:
    """The legal figures of a public page. Months run without gaps from the first to the last."""

    hours_tenths: int
    #: Hours the value does not cover, because no rate is loaded for their year.
    unvalued_tenths: int
    in_kind: Money
    cash_spent: Money
    bond_held: Money
    hours_by_month: list[tuple[date, int]]


def public_legal(campaign_id: str, currency: str = "USD") -> PublicLegal:
    """The figures of one campaign, from kept totals alone; zeros where nothing is approved yet."""
    total = db.session.get(LegalTotal, campaign_id)
    spent, held = db.session.execute(
        select(
            spent_or_held(LEGAL_COSTS, campaign_id, currency),
            spent_or_held(BOND_DEPOSIT, campaign_id, currency),
        )
    ).one()
    return PublicLegal(
        hours_tenths=total.hours_tenths if total else 0,
        unvalued_tenths=total.hours_tenths - total.valued_tenths if total else 0,
        in_kind=Money(total.in_kind_minor, total.currency) if total else Money.zero(currency),
        cash_spent=Money(int(spent), currency),
        bond_held=Money(int(held), currency),
        hours_by_month=hours_by_month(campaign_id),
    )


def spent_or_held(
    account: str, campaign_id: str | ColumnElement[str], currency: str | ColumnElement[str]
) -> ScalarSelect[Any]:
    """The kept balance of LEGAL_COSTS or BOND_DEPOSIT over a campaign's funds, in minor units, as a
    subquery that a larger statement can select; the arguments may be its columns."""
    return (
        select(func.coalesce(func.sum(LedgerTotal.balance_minor), 0))
        .join(Fund, Fund.id == LedgerTotal.fund_id)
        .where(
            Fund.campaign_id == campaign_id, LedgerTotal.account == account, LedgerTotal.currency == currency
        )
        .scalar_subquery()
    )


def hours_by_month(campaign_id: str) -> list[tuple[date, int]]:
    """Approved tenths per month, zero months between included."""
    query = select(LegalMonth.month, LegalMonth.hours_tenths).where(LegalMonth.campaign_id == campaign_id)
    kept = {row.month: row.hours_tenths for row in db.session.execute(query)}
    if not kept:
        return []
    months, last = [min(kept)], max(kept)
    while months[-1] < last:
        year, index = divmod(months[-1].year * 12 + months[-1].month, 12)
        months.append(date(year, index + 1, 1))
    return [(month, kept.get(month, 0)) for month in months]


def keep(entry: TimeEntry, campaign_id: str, *, hours: int, valued: int, value: Money) -> None:
    """`keep_month` for the month in which an entry's work was done."""
    keep_month(campaign_id, entry.worked_on.replace(day=1), hours=hours, valued=valued, value=value)


def keep_month(campaign_id: str, month: date, *, hours: int, valued: int, value: Money) -> None:
    """Move both totals by so many tenths approved, tenths valued and value, in the caller's transaction.

    Raises Conflict `currency_mismatch` when the campaign's hours are valued in another currency.
    """
    zero = {"hours_tenths": 0, "valued_tenths": 0, "in_kind_minor": 0, "currency": value.currency}
    insert_once(LegalTotal, campaign_id=campaign_id, **zero)
    insert_once(LegalMonth, campaign_id=campaign_id, month=month, **zero)
    keys: tuple[tuple[type[LegalTotal] | type[LegalMonth], dict[str, Any]], ...] = (
        (LegalTotal, {"campaign_id": campaign_id}),
        (LegalMonth, {"campaign_id": campaign_id, "month": month}),
    )
    for model, key in keys:
        statement = (
            update(model)
            .filter_by(currency=value.currency, **key)
            .values(
                hours_tenths=model.hours_tenths + hours,
                valued_tenths=model.valued_tenths + valued,
                in_kind_minor=model.in_kind_minor + value.minor,
            )
        )
        moved = db.session.execute(statement.execution_options(synchronize_session=False))
        if not isinstance(moved, CursorResult) or moved.rowcount != 1:
            raise Conflict(
                "currency_mismatch", _("The hours of this campaign are valued in another currency.")
            )


@dataclass
class _Sum:
    hours_tenths: int = 0
    valued_tenths: int = 0
    in_kind_minor: int = 0


def recompute() -> tuple[dict[str, _Sum], dict[tuple[str, date], _Sum]]:
    """Both totals added up again from approvals and valuations: by campaign, and by campaign and month."""
    totals: dict[str, _Sum] = {}
    months: dict[tuple[str, date], _Sum] = {}
    for row in db.session.execute(_approved_work()).mappings():
        day: date = row["worked_on"]
        for each in (
            totals.setdefault(row["campaign_id"], _Sum()),
            months.setdefault((row["campaign_id"], day.replace(day=1)), _Sum()),
        ):
            each.hours_tenths += int(row["hours"])
            each.valued_tenths += int(row["valued"])
            each.in_kind_minor += int(row["in_kind"])
    return totals, months


def _approved_work() -> Any:
    """Sums by campaign and day over approvals, with the latest valuation of each entry."""
    latest = (
        select(Valuation.entry_id, func.max(Valuation.number).label("number"))
        .group_by(Valuation.entry_id)
        .subquery()
    )
    counted = (
        select(Valuation.entry_id, Valuation.value_minor)
        .join(latest, (latest.c.entry_id == Valuation.entry_id) & (latest.c.number == Valuation.number))
        .subquery()
    )
    is_valued = counted.c.entry_id.is_not(None)
    return (
        select(
            Matter.campaign_id,
            TimeEntry.worked_on,
            func.sum(TimeEntry.units_tenths).label("hours"),
            func.coalesce(func.sum(TimeEntry.units_tenths).filter(is_valued), 0).label("valued"),
            func.coalesce(func.sum(counted.c.value_minor), 0).label("in_kind"),
        )
        .select_from(TimeEntryApproval)
        .join(TimeEntry, TimeEntry.id == TimeEntryApproval.entry_id)
        .join(Matter, Matter.id == TimeEntry.matter_id)
        .outerjoin(counted, counted.c.entry_id == TimeEntry.id)
        .group_by(Matter.campaign_id, TimeEntry.worked_on)
    )


def verify_totals() -> list[str]:
    """A sentence for each kept total that differs from what the entries sum to; empty when all agree."""
    totals, months = recompute()
    kept_totals = {each.campaign_id: each for each in _fresh(LegalTotal)}
    kept_months = {(each.campaign_id, each.month): each for each in _fresh(LegalMonth)}
    return [*_differences(totals, kept_totals), *_differences(months, kept_months)]


def _fresh(model: type[Any]) -> Iterator[Any]:
    return iter(db.session.scalars(select(model).execution_options(populate_existing=True)))


def _differences(summed: Mapping[Any, _Sum], kept: Mapping[Any, Any]) -> Iterator[str]:
    for key in sorted(summed.keys() | kept.keys()):
        for name in ("hours_tenths", "valued_tenths", "in_kind_minor"):
            is_, should = getattr(kept.get(key, _Sum()), name), getattr(summed.get(key, _Sum()), name)
            if is_ != should:
                words = key if isinstance(key, str) else f"{key[0]} {key[1]:%Y-%m}"
                yield f"{words} {name}: kept {is_}, entries sum to {should}"
