"""From an event about a payout to the step that applies how it stands now."""

from collections.abc import Callable

from donors import stripe_gateway
from donors.payouts import matching
from donors.stripe_gateway import Event

Step = Callable[[], object]


def on_payout(event: Event) -> Step:
    seen = stripe_gateway.read_payout(event.object_id)
    return lambda: matching.apply_payout(seen)


_PAYOUTS = ("created", "updated", "paid", "failed", "canceled", "reconciliation_completed")
HANDLERS: dict[str, Callable[[Event], Step | None]] = {f"payout.{each}": on_payout for each in _PAYOUTS}
