"""What recurring gifts that begin in a drive's window bring a month: the facts behind the goal "monthly value".

A row for each, written in the transaction of its first payment and never deleted: one that is cancelled or wholly
refunded inside the window says since when it no longer counts, and why.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core.db import Model, UtcDateTime, db, insert_once
from donors.gifts.gift import Gift
from donors.recurring.recurring_gift import RecurringGift

#: Twelve times what a rhythm brings, as a share of a year: 52 weeks, 12 months, 4 quarters, one year.
A_YEAR = {"week": 52, "month": 12, "quarter": 4, "year": 1}


class CountedPromise(Model):
    __tablename__ = "counted_promise"
    __table_args__ = (
        CheckConstraint("monthly_minor >= 0", name="monthly"),
        Index("ix_counted_promise_drive", "drive_id", "lost_at"),
    )

    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id), primary_key=True)
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    monthly_minor: Mapped[int] = mapped_column(BigInteger)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_because: Mapped[str] = mapped_column(Text, default="")


def a_month(amount_minor: int, rhythm: str) -> int:
    """What an amount at a rhythm brings a month, half-up to the smallest coin: 10.00 a week is 43.33."""
    return (amount_minor * A_YEAR[rhythm] * 2 + 12) // 24


def count_promise(gift: Gift, promise: RecurringGift) -> None:
    """Count a recurring gift whose first payment, this gift, has just settled inside the window."""
    assert gift.paid_at is not None
    insert_once(
        CountedPromise,
        recurring_gift_id=promise.id,
        drive_id=gift.drive_id,
        monthly_minor=a_month(gift.amount_minor, promise.rhythm),
        counted_at=gift.paid_at,
        lost_because="",
    )


def lose_promise(recurring_gift_id: str, *, at: datetime, because: str) -> None:
    """It was cancelled or refunded inside the window."""
    row = db.session.get(CountedPromise, recurring_gift_id, with_for_update=True, populate_existing=True)
    if row is not None and row.lost_at is None:
        row.lost_at, row.lost_because = at, because
        db.session.flush()


def regain_promise(recurring_gift_id: str, *, because: str) -> None:
    """Count it again whose loss, for this reason, is undone."""
    row = db.session.get(CountedPromise, recurring_gift_id, with_for_update=True, populate_existing=True)
    if row is not None and row.lost_at is not None and row.lost_because == because:
        row.lost_at, row.lost_because = None, ""
        db.session.flush()


def monthly_value(drive_id: str) -> int:
    """Minor units a month, of what still counts."""
    query = select(func.coalesce(func.sum(CountedPromise.monthly_minor), 0))
    return int(
        db.session.scalar(query.where(CountedPromise.drive_id == drive_id, CountedPromise.lost_at.is_(None)))
        or 0
    )
