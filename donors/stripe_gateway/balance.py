"""The balance at Stripe: its movements and payouts, and the list of events, for what webhooks missed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import stripe

from core import clock
from core.money import Money
from donors.stripe_gateway.amounts import nearest
from donors.stripe_gateway.client import calling, client, spoken_for

_PAGE = 100
_STATES = {
    "pending": "on_its_way",
    "in_transit": "on_its_way",
    "paid": "arrived",
    "failed": "came_back",
    "canceled": "came_back",
}


@dataclass(frozen=True)
class StripeMovement:
    """One balance transaction; `source` and `payment_intent_id` say what is behind it."""

    id: str
    kind: str
    amount: Money
    fee: Money
    source: str
    payment_intent_id: str
    at: datetime
    account: str = ""


@dataclass(frozen=True)
class StripePayout:
    id: str
    state: str
    amount: Money
    at: datetime
    arrives_on: date
    #: None where Stripe does not tell: payouts by hand.
    movements: tuple[StripeMovement, ...] | None
    account: str = ""


def movements_since(since: datetime) -> Iterator[StripeMovement]:
    """Every movement of the balance from this moment on, newest first."""
    yield from _movements({"created": {"gte": int(since.timestamp())}})


def _movements(wanted: dict[str, Any]) -> Iterator[StripeMovement]:
    params = cast(Any, {"limit": _PAGE, "expand": ["data.source"], **wanted})
    with calling():
        page = client().v1.balance_transactions.list(params)
        for each in page.auto_paging_iter():
            yield _movement(each)


def read_payout(payout_id: str) -> StripePayout:
    with calling():
        return _payout(client().v1.payouts.retrieve(payout_id))


def payouts_since(since: datetime) -> Iterator[StripePayout]:
    with calling():
        page = client().v1.payouts.list({"limit": _PAGE, "created": {"gte": int(since.timestamp())}})
        for each in page.auto_paging_iter():
            yield _payout(each)


def events_since(since: datetime) -> list[str]:
    """The events as Stripe keeps them (for thirty days), oldest first, each as the text a webhook carries."""
    with calling():
        page = client().v1.events.list({"limit": _PAGE, "created": {"gte": int(since.timestamp())}})
        found = [each.to_dict() for each in page.auto_paging_iter()]
    if spoken_for():
        found = [each | {"account": spoken_for()} for each in found]
    # Decimals are texts in what Stripe sends.
    return [json.dumps(each, default=str) for each in reversed(found)]


def _movement(found: stripe.BalanceTransaction) -> StripeMovement:
    currency = found.currency.upper()
    source: Any = found.source
    intent = getattr(source, "payment_intent", None) if source is not None else None
    return StripeMovement(
        id=found.id,
        kind=found.type,
        amount=nearest(found.amount, currency),
        fee=nearest(found.fee, currency),
        source=source if isinstance(source, str) else str(getattr(source, "id", "") or ""),
        payment_intent_id=intent if isinstance(intent, str) else "",
        at=clock.from_epoch(found.created),
        account=spoken_for(),
    )


def _payout(found: stripe.Payout) -> StripePayout:
    # Stripe tells what a payout covers of automatic ones alone.
    covered = tuple(_movements({"payout": found.id})) if found.automatic else None
    return StripePayout(
        id=found.id,
        state=_STATES[found.status],
        amount=nearest(found.amount, found.currency),
        at=clock.from_epoch(found.created),
        arrives_on=clock.from_epoch(found.arrival_date).date(),
        movements=covered,
        account=spoken_for(),
    )
