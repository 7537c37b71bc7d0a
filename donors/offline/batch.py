"""A batch of gifts that came together: what should be in it by the adding machine, and what was typed row by row.

Rows are drafts until the batch is closed. Closing records every row as a gift; opening it again takes them back.
Both are rows of their own, so that who did it, when and why stays.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict
from core.money import Money
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from staff.organisation import Organisation

OPEN, CLOSED, DISCARDED = "open", "closed", "discarded"
TRANSITIONS: dict[str, frozenset[str]] = {
    OPEN: frozenset({CLOSED, DISCARDED}),
    CLOSED: frozenset({OPEN}),
    DISCARDED: frozenset({OPEN}),
}


class GiftBatch(Model):
    __tablename__ = "gift_batch"
    __table_args__ = (
        CheckConstraint("state IN ('open','closed','discarded')", name="state"),
        CheckConstraint("expected_count IS NULL OR expected_count >= 0", name="expected_count"),
        CheckConstraint("expected_minor IS NULL OR expected_minor >= 0", name="expected"),
        CheckConstraint("channel IN ('check','cash','transfer','import')", name="channel"),
        Index("ix_gift_batch_organisation", "organisation_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("batch"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    #: Where it came from, for staff: `mail of the week`, `parish fair`.
    source: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date] = mapped_column(Date)
    #: How most of it came; each row may say otherwise.
    channel: Mapped[str] = mapped_column(Text)
    #: Control totals, counted before anything is typed; empty where nobody counted.
    expected_count: Mapped[int | None] = mapped_column()
    expected_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(Text, default=OPEN)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    drive: Mapped[Drive] = relationship(lazy="raise")

    @property
    def expected(self) -> Money | None:
        return None if self.expected_minor is None else Money(self.expected_minor, self.currency)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a batch cannot go from {self.state} to {state}")
        self.state = state


class BatchRow(Model, MoneyColumns):
    __tablename__ = "batch_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("channel IN ('check','cash','transfer','import')", name="channel"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("row"))
    batch_id: Mapped[str] = mapped_column(ForeignKey(GiftBatch.id))
    #: Its place in the batch; never given twice.
    number: Mapped[int] = mapped_column()
    channel: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    #: The check's or the transfer's own number.
    check_number: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    name_display: Mapped[str] = mapped_column(Text, default="anonymous")
    wants_receipt_mail: Mapped[bool] = mapped_column(default=True)
    donor_id: Mapped[str | None] = mapped_column(ForeignKey(Donor.id), index=True)
    #: The gift that it is now, while the batch is closed, or that stayed when it was opened again.
    gift_id: Mapped[str | None] = mapped_column(ForeignKey(Gift.id), unique=True)
    typed_by: Mapped[str] = mapped_column(Text)
    typed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class BatchStep(Model):
    """That a batch was closed, opened again or discarded: with what totals, by whom and why."""

    __tablename__ = "batch_step"
    __table_args__ = (CheckConstraint("state IN ('open','closed','discarded')", name="state"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("bstep"))
    batch_id: Mapped[str] = mapped_column(ForeignKey(GiftBatch.id), index=True)
    #: The state it was brought to.
    state: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column()
    sum_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Totals:
    """What was typed beside what was expected."""

    def __init__(self, batch: GiftBatch, count: int, minor: int) -> None:
        self.count, self.sum = count, Money(minor, batch.currency)
        self.expected_count, self.expected = batch.expected_count, batch.expected

    @property
    def count_difference(self) -> int:
        return 0 if self.expected_count is None else self.count - self.expected_count

    @property
    def difference(self) -> Money:
        """Typed less expected; zero where nothing was expected."""
        return Money.zero(self.sum.currency) if self.expected is None else self.sum - self.expected

    @property
    def agree(self) -> bool:
        """Whether both control totals are there and met."""
        is_counted = self.expected_count is not None and self.expected is not None
        return is_counted and not self.count_difference and not self.difference


def totals_of(batch: GiftBatch) -> Totals:
    return totals_by_batch([batch])[batch.id]


def totals_by_batch(batches: list[GiftBatch]) -> dict[str, Totals]:
    """The totals of several batches in one statement."""
    query = (
        select(BatchRow.batch_id, func.count(), func.sum(BatchRow.amount_minor))
        .where(BatchRow.batch_id.in_([each.id for each in batches]))
        .group_by(BatchRow.batch_id)
    )
    typed = {row[0]: (row[1], int(row[2])) for row in db.session.execute(query)}
    return {each.id: Totals(each, *typed.get(each.id, (0, 0))) for each in batches}


def rows_of(batch_id: str) -> list[BatchRow]:
    query = select(BatchRow).where(BatchRow.batch_id == batch_id).order_by(BatchRow.number)
    return list(db.session.scalars(query))


def steps_of(batch_id: str) -> list[BatchStep]:
    """The first one first."""
    query = select(BatchStep).where(BatchStep.batch_id == batch_id).order_by(BatchStep.at, BatchStep.id)
    return list(db.session.scalars(query))
