"""What an entry of time is worth at a published rate: an estimate, never money raised or spent.

The value is rounded half-up to the smallest coin per entry; totals add rounded entries. 0.3 h at
234.95 is 70.485 and therefore 70.49: bankers' rounding and binary floats both get this wrong.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from core.money import Money


class Valuation(Model):
    """One valuation of an approved entry. A later one is a new row with the next number; it counts. That of a
    reversing entry is negative."""

    __tablename__ = "valuation"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("rate_minor > 0", name="amounts"),
    )

    entry_id: Mapped[str] = mapped_column(ForeignKey("time_entry.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    matrix: Mapped[str] = mapped_column(Text)
    #: Checksum of the table the rate was read from.
    matrix_sha256: Mapped[str] = mapped_column(String(64))
    rate_minor: Mapped[int] = mapped_column(BigInteger)
    value_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    valued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def value(self) -> Money:
        return Money(self.value_minor, self.currency)


def value_of(units_tenths: int, rate: Money) -> Money:
    """The value of so many tenths of an hour at `rate` per hour, in the rate's currency."""
    worth = minor_of(abs(units_tenths), rate.minor)
    return Money(worth if units_tenths >= 0 else -worth, rate.currency)


def minor_of(units_tenths: Any, rate_minor: Any) -> Any:
    """Tenths, not negative, times the smallest coins an hour, half-up to the smallest coin: of numbers, or within
    a statement of columns, so that there is one rule."""
    return (units_tenths * rate_minor + 5) // 10


def find_valuation(entry_id: str) -> Valuation | None:
    """The valuation that counts for an entry: its latest."""
    query = select(Valuation).where(Valuation.entry_id == entry_id)
    return db.session.scalar(query.order_by(Valuation.number.desc()).limit(1))
