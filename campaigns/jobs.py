"""The sweep that withdraws what stands on consents that have run out."""

from campaigns.clearance import withdrawing
from core import jobs
from core.db import transaction


@jobs.every(minutes=1)
def end_consents() -> None:
    """Pages ceased to show the words at that instant; this writes it down and makes every node forget."""
    with transaction():
        withdrawing.withdraw_what_stands_on_ended_consents()
