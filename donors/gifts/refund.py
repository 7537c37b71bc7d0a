"""A refund: money of a gift that went back, asked for here, made at Stripe or taken by the donor's bank."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from donors.gifts.gift import Gift


class Refund(Model, MoneyColumns):
    """`done_at` is empty while Stripe has not confirmed; the sweep asks again with the same key."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("refund"))
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), index=True)
    #: The staff member's or token's label, `stripe` for a refund made there, `bank` for a lost dispute.
    asked_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    stripe_refund_id: Mapped[str | None] = mapped_column(Text, unique=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    #: Stripe refused it, or the card did not take it.
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: It had been done, and the money came back to us.
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Of its amount, what was the gift itself; the rest was fee cover.
    gift_part_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    @property
    def state(self) -> str:
        """`on_its_way`, `done`, `refused` or `came_back`."""
        if self.undone_at is not None:
            return "came_back"
        if self.done_at is not None:
            return "done"
        return "refused" if self.failed_at is not None else "on_its_way"


def gift_part_gone(gift_id: str) -> int:
    """How much of the gift itself, fee cover aside, has gone back so far, in minor units."""
    query = select(func.coalesce(func.sum(Refund.gift_part_minor), 0)).where(
        Refund.gift_id == gift_id, Refund.done_at.is_not(None), Refund.undone_at.is_(None)
    )
    return int(db.session.scalar(query) or 0)
