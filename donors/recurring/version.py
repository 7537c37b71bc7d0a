"""A version: how a recurring gift stands after a change, who asked for it, and when Stripe had taken it.

The row is written with the change itself; `done_at` stays empty until Stripe has the same, and the sweep goes
on from there. The confirmation mail follows `done_at`, once, by the version's id.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.money import Money
from donors.recurring.recurring_gift import CARD as BY_CARD
from donors.recurring.recurring_gift import RecurringGift

AMOUNT, DAY, CARD, PAUSED, RESUMED, SKIPPED = "amount", "day", "card", "paused", "resumed", "skipped"
HELD, RELEASED = "held", "released"
KINDS = (AMOUNT, DAY, CARD, PAUSED, RESUMED, SKIPPED, HELD, RELEASED)


class Version(Model, MoneyColumns):
    __tablename__ = "recurring_gift_version"
    __table_args__ = (
        UniqueConstraint("recurring_gift_id", "number"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "kind IN ('amount','day','card','paused','resumed','skipped','held','released')", name="kind"
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("version"))
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    fee_cover_minor: Mapped[int] = mapped_column(BigInteger)
    #: What it was before, so that a change can be read from one row.
    was_minor: Mapped[int] = mapped_column(BigInteger)
    next_due_on: Mapped[date | None] = mapped_column(Date)
    #: No payment is taken before this day; empty when payments are taken, or held without an end.
    resumes_on: Mapped[date | None] = mapped_column(Date)
    is_collected: Mapped[bool] = mapped_column()
    #: How instalments are paid after it.
    method: Mapped[str] = mapped_column(Text, default=BY_CARD, server_default=BY_CARD)
    #: The new card or bank account at Stripe.
    payment_method_id: Mapped[str] = mapped_column(Text, default="")
    #: `donor`, `stripe`, or the staff member's or token's label.
    asked_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    @property
    def charged(self) -> Money:
        """What each instalment takes after it."""
        return Money(self.amount_minor + self.fee_cover_minor, self.currency)

    @property
    def was(self) -> Money:
        return Money(self.was_minor, self.currency)
