"""The register of scheduled jobs: when each last began, ended and failed. A row per job."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, update
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db, insert_once

#: A job may be this much later than its second turn: a restart or one long run is no alarm.
PATIENCE = timedelta(minutes=10)


class JobRun(Model):
    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    #: How often it is meant to run.
    minutes: Mapped[int] = mapped_column()
    #: Since when it is meant to run at all.
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When it last ended well.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The kind of the last failure, never its text: that may repeat what somebody typed.
    failure: Mapped[str] = mapped_column(Text, default="")
    #: Since when somebody has seen it be late, and when somebody was told; empty while it runs in its time.
    late_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_late(self) -> bool:
        """Whether it has not ended well for two turns and some patience more."""
        allowed = timedelta(minutes=2 * self.minutes) + PATIENCE
        return (self.ended_at or self.known_at) < clock.now() - allowed

    @property
    def is_failing(self) -> bool:
        """Whether its last run failed."""
        return self.failed_at is not None and (self.ended_at is None or self.ended_at < self.failed_at)


def know(name: str, minutes: int) -> None:
    """See to it that the job has a row, from which on it is waited for."""
    insert_once(JobRun, name=name, minutes=minutes, known_at=clock.now(), failure="")


def note(name: str, minutes: int, **changed: Any) -> None:
    """Write down what has become of the job's run."""
    know(name, minutes)
    db.session.execute(update(JobRun).where(JobRun.name == name).values(minutes=minutes, **changed))
