"""What is swept away: sessions that ended long ago. And the watch over all scheduled jobs."""

from core import jobs
from core.db import transaction
from staff import alarming
from staff.sessions import keeping


@jobs.every(minutes=59)
def sweep_sessions() -> None:
    with transaction():
        keeping.forget_old()


@jobs.every(minutes=1)
def watch_jobs() -> None:
    """Tell of scheduled jobs that have not run in their time, while there is a worker to tell it."""
    with transaction():
        alarming.watch()
