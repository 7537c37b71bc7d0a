"""The money of a report, from the ledger as it stood at the end of the report's last month."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from campaigns.funds.fund import Fund
from campaigns.funds.ledger import (
    BOND_DEPOSIT,
    BOND_FORFEITED,
    LEGAL_COSTS,
    RAISED,
    TRUST,
    LedgerEntry,
    LedgerGroup,
)
from core import clock
from core.db import db
from legal.costs.expense import Expense, ExpensePayment

_ACCOUNTS = (LEGAL_COSTS, BOND_DEPOSIT, BOND_FORFEITED, TRUST, *RAISED)


def currency_of(campaign_id: str) -> str:
    """The currency of the campaign's funds, the oldest one's where there are several."""
    query = select(Fund.currency).where(Fund.campaign_id == campaign_id).order_by(Fund.created_at, Fund.id)
    return db.session.scalar(query.limit(1)) or "USD"


def first_cost(campaign_id: str, zone: str) -> date | None:
    """The day of the campaign's first cost or bond."""
    query = (
        select(func.min(LedgerGroup.occurred_at))
        .join(LedgerEntry, LedgerEntry.group_id == LedgerGroup.id)
        .where(_of(campaign_id), LedgerEntry.account.in_((LEGAL_COSTS, BOND_DEPOSIT)))
    )
    at: datetime | None = db.session.scalar(query)
    return clock.day_of(at, zone) if at else None


def money_of(campaign_id: str, *, starts_at: datetime | None, ends_at: datetime) -> dict[str, Any]:
    """Spent and costs by category between the two instants; bonds as they stand at the second. Minor units of
    `currency_of`. A bond that was posted is held, returned or forfeited: the four always add up."""
    currency = currency_of(campaign_id)
    sums = _sums(campaign_id, currency, ends_at)
    before = _sums(campaign_id, currency, starts_at) if starts_at else {}
    posted = _posted(campaign_id, currency, ends_at)
    held, forfeited = sums.get(BOND_DEPOSIT, 0), sums.get(BOND_FORFEITED, 0)
    capital = -sum(sums.get(account, 0) for account in RAISED)
    recycled = (Decimal(posted) / capital).quantize(Decimal("0.01"), ROUND_HALF_UP) if capital > 0 else None
    return {
        "cash_spent_minor": sums.get(LEGAL_COSTS, 0) - before.get(LEGAL_COSTS, 0),
        "trust_held_minor": sums.get(TRUST, 0),
        "costs": _costs(campaign_id, currency, starts_at, ends_at),
        "bonds": {
            "posted_minor": posted,
            "held_minor": held,
            "returned_minor": posted - held - forfeited,
            "forfeited_minor": forfeited,
            "times_recycled": str(recycled) if recycled is not None else None,
        },
    }


def _of(campaign_id: str) -> ColumnElement[bool]:
    return LedgerEntry.fund_id.in_(select(Fund.id).where(Fund.campaign_id == campaign_id))


def _sums(campaign_id: str, currency: str, until: datetime) -> dict[str, int]:
    query = (
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(
            _of(campaign_id),
            LedgerEntry.currency == currency,
            LedgerEntry.account.in_(_ACCOUNTS),
            LedgerGroup.occurred_at < until,
        )
        .group_by(LedgerEntry.account)
    )
    return {account: int(total) for account, total in db.session.execute(query)}


def _posted(campaign_id: str, currency: str, until: datetime) -> int:
    query = (
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(
            _of(campaign_id),
            LedgerEntry.currency == currency,
            LedgerEntry.account == BOND_DEPOSIT,
            LedgerEntry.amount_minor > 0,
            LedgerGroup.occurred_at < until,
        )
    )
    return int(db.session.scalar(query) or 0)


def _costs(
    campaign_id: str, currency: str, starts_at: datetime | None, ends_at: datetime
) -> list[dict[str, Any]]:
    """What was paid, by public category; the amounts of the ledger, so that they add up to what is spent."""
    within = LedgerGroup.occurred_at < ends_at
    if starts_at is not None:
        within = and_(within, LedgerGroup.occurred_at >= starts_at)
    category = func.coalesce(Expense.category, "other")
    query = (
        select(category, func.sum(LedgerEntry.amount_minor))
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .outerjoin(ExpensePayment, ExpensePayment.group_id == LedgerGroup.id)
        .outerjoin(Expense, Expense.id == ExpensePayment.expense_id)
        .where(
            _of(campaign_id),
            LedgerEntry.currency == currency,
            LedgerEntry.account == LEGAL_COSTS,
            within,
        )
        .group_by(category)
    )
    found = {name: int(total) for name, total in db.session.execute(query)}
    return [{"category": name, "amount_minor": found[name]} for name in sorted(found)]
