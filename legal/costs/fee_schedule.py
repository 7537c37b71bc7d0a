"""Fees that courts and authorities have published, each with its source and the days on which it holds.

Those of `data/fees.csv` come along; an organisation loads newer or further ones, and its own row counts before
the one that came along. A claim that differs is warned about, never refused.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Invalid
from core.i18n import money
from core.money import Money
from legal.acting import answerable
from legal.costs.expense import Expense
from staff import audit
from staff.access import Actor

SHIPPED = Path(__file__).parent.parent / "data" / "fees.csv"
#: The code of court fees.
COURT_FEES = "E112"


@dataclass(frozen=True, kw_only=True)
class Fee:
    """One published fee. It holds from `valid_from` until the day before `valid_to` (None: still)."""

    authority: str
    item: str
    name: str
    amount: Money
    valid_from: date
    valid_to: date | None
    source: str

    @property
    def key(self) -> str:
        return f"{self.authority}/{self.item}"

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class ScheduledFee(MoneyColumns, Model):
    """A fee that an organisation loaded; of two that hold on a day the later loaded counts."""

    __tablename__ = "scheduled_fee"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="days"),
        Index("ix_scheduled_fee_organisation", "organisation_id", "loaded_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("fee"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    authority: Mapped[str] = mapped_column(Text)
    item: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()
    source: Mapped[str] = mapped_column(Text)
    loaded_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


@cache
def shipped() -> list[Fee]:
    """The fees of the file, in its order."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return [_read(row) for row in csv.DictReader(file)]


def _read(row: dict[str, str]) -> Fee:
    return Fee(
        authority=row["authority"],
        item=row["item"],
        name=row["name"],
        amount=Money.of(Decimal(row["amount"]), row["currency"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        source=row["source"],
    )


def load_fees(actor: Actor, fees: Sequence[Fee]) -> int:
    """Add published fees to the organisation's schedule: all of them or none. Raises Invalid by row."""
    actor.require("costs.approve")
    wrong: dict[str, list[str]] = {}
    for number, fee in enumerate(fees, start=1):
        if fee.valid_to is not None and fee.valid_to <= fee.valid_from:
            wrong[f"rows.{number}"] = [_("Row %(number)s ends before it begins.", number=number)]
        if not fee.source.strip():
            wrong[f"rows.{number}"] = [_("Row %(number)s has no source.", number=number)]
    if wrong:
        raise Invalid(wrong)
    for fee in fees:
        row = ScheduledFee(
            organisation_id=actor.organisation_id,
            authority=fee.authority,
            item=fee.item,
            name=fee.name,
            valid_from=fee.valid_from,
            valid_to=fee.valid_to,
            source=fee.source,
            loaded_by_id=answerable(actor),
        )
        row.amount = fee.amount
        db.session.add(row)
    db.session.flush()
    audit.record(actor, "fees.loaded", actor.organisation_id, after={"rows": len(fees)})
    return len(fees)


def fees_on(organisation_id: str, day: date) -> dict[str, Fee]:
    """The fees that hold on a day, by key: what the organisation loaded before what came along."""
    found = {fee.key: fee for fee in shipped() if fee.holds_on(day)}
    query = select(ScheduledFee).where(ScheduledFee.organisation_id == organisation_id)
    for row in db.session.scalars(query.order_by(ScheduledFee.loaded_at, ScheduledFee.id)):
        fee = Fee(
            authority=row.authority,
            item=row.item,
            name=row.name,
            amount=row.amount,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
        )
        if fee.holds_on(day):
            found[fee.key] = fee
    return found


def fee_warning(expense: Expense) -> str | None:
    """What is odd about a claim of a court fee; None where the schedule agrees or has nothing to say."""
    fees = fees_on(expense.organisation_id, expense.incurred_on)
    if expense.fee_item:
        fee = fees.get(expense.fee_item)
        if fee is None:
            return _("The fee schedule has no such fee on that day.")
        if fee.amount != expense.amount:
            return _(
                "The fee schedule says %(amount)s for “%(name)s” on that day (%(source)s).",
                amount=money(fee.amount),
                name=fee.name,
                source=fee.source,
            )
        return None
    if expense.expense_code == COURT_FEES and expense.amount not in {fee.amount for fee in fees.values()}:
        return _("No fee on the schedule has this amount on that day.")
    return None
