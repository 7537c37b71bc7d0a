"""What an entry of time is worth at a published rate: an estimate, never money raised or spent.

The value is rounded half-up to the smallest coin per entry; totals add rounded entries. 0.3 h at
234.95 is 70.485 and therefore 70.49: bankers' rounding and binary floats both get this wrong.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.money import Money


class Valuation(Model):
    """One valuation of an approved entry. A later one is a new row with the next number; it counts. That of a
    reversing entry is negative."""

    __tablename__ = "valuation"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("rate_minor > 0", name="amounts"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("val"))
    entry_id: Mapped[str] = mapped_column(ForeignKey("time_entry.id"))
    number: Mapped[int] = mapped_column()
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
    return Money.of(Decimal(units_tenths) / 10 * rate.major, rate.currency)


def find_valuation(entry_id: str) -> Valuation | None:
    """The valuation that counts for an entry: its latest."""
    query = select(Valuation).where(Valuation.entry_id == entry_id)
    return db.session.scalar(query.order_by(Valuation.number.desc()).limit(1))
