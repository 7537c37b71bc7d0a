"""What is swept away: sessions that ended long ago."""

from core import jobs
from core.db import transaction
from staff.sessions import keeping


@jobs.every(minutes=59)
def sweep_sessions() -> None:
    with transaction():
        keeping.forget_old()
