"""Steps of a goal: milestones on the way to it and stretch goals beyond it, each announced once and for good.

They open in order: the next one is told when the one before is reached. A refund may take the figure below a step
again; that it was reached stays true, and stays on the page.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, UtcDateTime, insert_once

Reached = tuple[str, int, date]


class GoalStep(Model):
    __tablename__ = "goal_step"
    __table_args__ = (UniqueConstraint("drive_id", "metric", "target"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("step"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    metric: Mapped[str] = mapped_column(Text)
    target: Mapped[int] = mapped_column(BigInteger)
    #: The day in the drive's zone.
    reached_on: Mapped[date] = mapped_column(Date)
    reached_at: Mapped[datetime] = mapped_column(UtcDateTime)


def note_reached(drive: Drive, metric: str, target: int) -> bool:
    """Announce that a step is reached; whether nobody had before."""
    now = clock.now()
    return insert_once(
        GoalStep,
        id=ids.new_id("step"),
        drive_id=drive.id,
        metric=metric,
        target=target,
        reached_on=clock.day_of(now, drive.zone),
        reached_at=now,
    )


def reached_column() -> ColumnElement[str]:
    """All steps that a drive has reached, as one text for the statement of its figures; `read_reached` takes it."""
    words = GoalStep.metric + " " + cast(GoalStep.target, String) + " " + cast(GoalStep.reached_on, String)
    return (
        select(func.aggregate_strings(words, ",")).where(GoalStep.drive_id == Drive.id).correlate(Drive)
    ).scalar_subquery()


def read_reached(text: str | None) -> list[Reached]:
    """Metric, target and day of each, the lowest first."""
    steps = [each.split(" ") for each in text.split(",")] if text else []
    return sorted((metric, int(target), date.fromisoformat(day)) for metric, target, day in steps)
