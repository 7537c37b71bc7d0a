"""A refund: money of a gift that went back, asked for here or made at Stripe."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from donors.gifts.gift import Gift


class Refund(Model, MoneyColumns):
    """`done_at` is empty while Stripe has not confirmed; the sweep asks again with the same key."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("refund"))
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), index=True)
    #: The staff member's or token's label, or `stripe` for a refund made there.
    asked_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    stripe_refund_id: Mapped[str | None] = mapped_column(Text, unique=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    #: Stripe refused it; nothing moved.
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def state(self) -> str:
        """`on_its_way`, `done` or `refused`."""
        if self.done_at is not None:
            return "done"
        return "refused" if self.failed_at is not None else "on_its_way"
