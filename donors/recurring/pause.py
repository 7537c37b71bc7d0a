"""Why a recurring gift takes no payment for a while: a pause or a skip that its donor asked for, or a hold.

A pause covers `starts_on <= day < resumes_on`; a skip is a pause of the one next instalment. A hold lasts as
long as a dispute is open.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from donors.recurring.recurring_gift import RecurringGift

PAUSE, SKIP = "pause", "skip"
LONGEST_PAUSE_MONTHS = 12


class Pause(Model):
    __tablename__ = "recurring_gift_pause"
    __table_args__ = (
        CheckConstraint("kind IN ('pause','skip')", name="kind"),
        CheckConstraint("starts_on < resumes_on", name="days"),
        Index("ix_recurring_gift_pause_open", "ended_at", "resumes_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("pause"))
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id), index=True)
    kind: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    resumes_on: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: When it was over: its day came, somebody ended it before, or the recurring gift ended.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def covers(self, day: date) -> bool:
        """Whether an instalment of this day was not taken for it; one that ended early covers less."""
        was_over = self.ended_at is not None and self.ended_at.date() <= day
        return self.starts_on <= day < self.resumes_on and not was_over


class Hold(Model):
    """No payment is taken while this stands. `cause` names it: one dispute holds once."""

    __tablename__ = "recurring_gift_hold"
    __table_args__ = (UniqueConstraint("recurring_gift_id", "cause"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("hold"))
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id))
    cause: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def covers(self, day: date) -> bool:
        was_over = self.released_at is not None and self.released_at.date() <= day
        return self.began_at.date() <= day and not was_over
