"""Taking an event in: its row is committed, once, before anybody works on it."""

from core import clock
from core.db import commit_once
from donors.payments.stripe_event import StripeEvent
from donors.stripe_gateway import Event


def take_in(event: Event, body: str) -> bool:
    """Store an event in a transaction of its own; says whether it was new."""
    now = clock.now()
    return commit_once(
        StripeEvent,
        id=event.id,
        type=event.type,
        account=event.account,
        created_at=event.created_at,
        received_at=now,
        body=body,
        attempts=0,
        next_attempt_at=now,
        error="",
    )
