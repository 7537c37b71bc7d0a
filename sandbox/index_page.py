"""The page at `/`: what was paid, and what was told to whom."""

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.account import Account
from sandbox.amounts import written
from sandbox.checkout.words import words_of
from sandbox.events.delivery import KIND
from sandbox.html import page
from sandbox.protocol.transport import Reply
from sandbox.protocol.views import Object

if TYPE_CHECKING:
    from sandbox.world import World

_SHOWN = 100


def answer(world: "World") -> Reply:
    """The latest hundred of each, newest first."""
    with world.turn():
        pairs = [
            (account, kind) for account in world.accounts() for kind in ("charge", "subscription", "event")
        ]
        latest = {
            (account.id, kind): [(account, row) for row in islice(reversed(account.all(kind)), _SHOWN)]
            for account, kind in pairs
        }
        rows = {
            kind: [row for key, found in latest.items() if key[1] == kind for row in found]
            for _, kind in pairs
        }
        return page(
            "index.html",
            words=words_of("en"),
            now=_moment(world.clock.now()) + " UTC",
            offset=_span(world.clock.offset),
            pending=world.courier.pending(),
            charges=[_charge(row) for _, row in rows.get("charge", [])],
            subscriptions=[_subscription(account, row) for account, row in rows.get("subscription", [])],
            events=_events(rows.get("event", [])),
        )


def _charge(row: Object) -> dict[str, Any]:
    outcome = row["failure_message"] or "paid"
    if row["amount_refunded"]:
        outcome = f"{written(row['amount_refunded'], row['currency'])} given back"
    if row["disputed"]:
        outcome = "disputed"
    return {
        "when": _moment(row["created"]),
        "amount": written(row["amount"], row["currency"]),
        "last4": row["payment_method_details"]["card"]["last4"],
        "who": row["billing_details"]["name"] or row["billing_details"]["email"] or "",
        "outcome": outcome,
    }


def _subscription(account: Account, row: Object) -> dict[str, Any]:
    items = [account.get("subscription_item", one) for one in row["_items"]]
    amount = sum(account.get("price", item["price"])["unit_amount"] * item["quantity"] for item in items)
    return {
        "since": _moment(row["start_date"]),
        "amount": written(amount, row["currency"]),
        "status": row["status"] + (", paused" if row["pause_collection"] else ""),
        "next": _moment(row["_period_end"])
        if row["status"] not in ("canceled", "incomplete_expired")
        else "",
    }


def _events(rows: list[tuple[Account, Object]]) -> list[dict[str, Any]]:
    deliveries: dict[str, list[Object]] = {}
    for account in {account.id: account for account, _ in rows}.values():
        for delivery in account.all(KIND):
            deliveries.setdefault(delivery["event"], []).append(delivery)
    return [
        {
            "id": row["id"],
            "when": _moment(row["created"]),
            "type": row["type"],
            "about": row["_about"],
            "delivery": "; ".join(_told(one) for one in deliveries.get(row["id"], [])) or "nobody listens",
        }
        for _, row in rows
    ]


def _told(delivery: Object) -> str:
    attempts = delivery["attempts"]
    last = attempts[-1] if attempts else None
    answer = (
        "not yet sent" if last is None else f"answered {last['status']}" if last["status"] else last["note"]
    )
    tries = f", {len(attempts)} attempts" if len(attempts) > 1 else ""
    return f"{delivery['status']} ({answer}{tries})"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 24 * 3600)
    return f"{days} days {rest // 3600} h" if seconds else ""
