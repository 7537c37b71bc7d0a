"""Sweeps: what stands on consents that have run out is withdrawn, what is due becomes public."""

from campaigns import publishing
from campaigns.clearance import withdrawing
from core import jobs
from core.db import transaction
from core.errors import Refusal


@jobs.every(minutes=1)
def end_consents() -> None:
    """Pages ceased to show the words at that instant; this writes it down and makes every node forget."""
    with transaction():
        withdrawing.withdraw_what_stands_on_ended_consents()


@jobs.every(minutes=1)
def publish_due() -> None:
    """Each in a transaction of its own; where a rule does not hold any more, that is noted instead."""
    for scheduled_id in publishing.list_due():
        try:
            with transaction():
                publishing.publish_due(scheduled_id)
        except Refusal as refusal:
            with transaction():
                publishing.refuse_due(scheduled_id, refusal)
