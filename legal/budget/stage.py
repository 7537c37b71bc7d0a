"""A stage of a drive's cost budget: filing, hearing, appeal, bond; in the order in which they are paid for.

A stage is of costs or of a bond, never of both: costs are spent, a bond is deposited and comes back. The name
stands on the drive's page and passes the disclosure screen. A stage that was public is never deleted: it is
dropped, and the page goes on telling it.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.money import Money
from legal.costs.expense import Expense

LONGEST_NAME = 60
MOST_STAGES = 20
LARGEST_ESTIMATE_MINOR = 1_000_000_000


class BudgetStage(Model):
    __tablename__ = "budget_stage"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 60", name="name"),
        CheckConstraint("estimate_minor > 0", name="estimate"),
        CheckConstraint(
            "(estimate_before_minor IS NULL) = (estimate_changed_at IS NULL)", name="estimate_changed"
        ),
        # The bonds of a fund stand in one place of its drive's budget.
        Index(
            "uq_budget_stage_bond",
            "drive_id",
            unique=True,
            sqlite_where=text("is_bond AND dropped_on IS NULL"),
            postgresql_where=text("is_bond AND dropped_on IS NULL"),
        ),
        Index("ix_budget_stage_list", "drive_id", "position"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("stage"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    position: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(Text)
    is_bond: Mapped[bool] = mapped_column(default=False)
    estimate_minor: Mapped[int] = mapped_column(BigInteger)
    #: The drive's.
    currency: Mapped[str] = mapped_column(String(3))
    #: For staff alone: the day of a hearing is nothing that a page tells beforehand.
    expected_on: Mapped[date | None] = mapped_column()
    #: What the estimate was before it last changed in public, and when that was.
    estimate_before_minor: Mapped[int | None] = mapped_column(BigInteger)
    estimate_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The day, in the drive's zone, since which it is not planned any more.
    dropped_on: Mapped[date | None] = mapped_column()
    #: Dropped before the drive was public: the page has never told it and does not begin to.
    dropped_unseen: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Counts edits, so that the second of two people is shown what changed.
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def estimate(self) -> Money:
        return Money(self.estimate_minor, self.currency)

    @property
    def is_planned(self) -> bool:
        return self.dropped_on is None


class StageEstimate(MoneyColumns, Model):
    """Every estimate that a stage had, the first one included; insert-only."""

    __tablename__ = "stage_estimate"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("est"))
    stage_id: Mapped[str] = mapped_column(ForeignKey(BudgetStage.id), index=True)
    #: Whether the drive was public when it was set.
    was_public: Mapped[bool] = mapped_column()
    #: The member who answers for it; None for the installation itself.
    set_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class StagePhase(Model):
    """Hours of this phase of the case belong to this stage; a phase to one stage of a drive."""

    __tablename__ = "stage_phase"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    #: A phase or a counseling code of the UTBMS list.
    phase: Mapped[str] = mapped_column(Text, primary_key=True)
    stage_id: Mapped[str] = mapped_column(ForeignKey(BudgetStage.id), index=True)


class StageCost(Model):
    """An expense belongs to a stage; to one at most."""

    __tablename__ = "stage_cost"

    expense_id: Mapped[str] = mapped_column(ForeignKey(Expense.id), primary_key=True)
    stage_id: Mapped[str] = mapped_column(ForeignKey(BudgetStage.id), index=True)
    #: The member who answers for it; None for the installation itself.
    assigned_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def stages_of(drive_id: str) -> list[BudgetStage]:
    """All stages of a drive in their order, those that were dropped at the end."""
    query = select(BudgetStage).where(BudgetStage.drive_id == drive_id)
    found = db.session.scalars(query.order_by(BudgetStage.position, BudgetStage.id))
    return sorted(found, key=lambda each: not each.is_planned)
