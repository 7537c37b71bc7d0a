"""Faults on demand: what a network and a busy Stripe do to an application."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.protocol.error import StripeError
from sandbox.protocol.transport import Reply, Request, refusal

FAULTS = {
    "timeout_before": "Waits `seconds` (30), then closes the connection; nothing was done.",
    "timeout_after": "Does what was asked, waits `seconds` (30), then closes the connection.",
    "drop_before": "Closes the connection at once; nothing was done.",
    "drop_after": "Does what was asked, then closes the connection without an answer.",
    "rate_limit": "Answers 429; nothing was done.",
    "error": "Answers 500; nothing was done.",
    "error_after": "Does what was asked, then answers 500.",
    "delay_events": "Events are sent `seconds` (30) later.",
    "repeat_events": "Events are sent twice.",
    "reorder_events": "Events are sent after random waits up to `seconds` (0.5), so that they overtake.",
    "lose_events": "Events are never sent; they stand in the list of events.",
}
_DEFAULT_SECONDS = {
    "timeout_before": 30.0,
    "timeout_after": 30.0,
    "delay_events": 30.0,
    "reorder_events": 0.5,
}
_ABOUT_EVENTS = ("delay_events", "repeat_events", "reorder_events", "lose_events")


@dataclass
class Fault:
    """One order: the next `times` requests (by method and beginning of the path) or events (by type)."""

    kind: str
    times: int = 1
    method: str | None = None
    path: str = "/v1/"
    event: str = ""
    seconds: float = 0
    seed: int = 0
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def shown(self) -> dict[str, Any]:
        names = ("kind", "times", "method", "path", "event", "seconds", "seed")
        return {name: getattr(self, name) for name in names}


class Faults:
    """What was ordered and has not happened yet. Guarded by the world's lock."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def order(self, body: dict[str, Any]) -> Fault:
        """Raises StripeError for an order that makes no sense."""
        if body.get("kind") not in FAULTS:
            raise StripeError(f"Unknown kind of fault. One of: {', '.join(FAULTS)}.", param="kind")
        known = {"kind", "times", "method", "path", "event", "seconds", "seed"}
        if unknown := sorted(set(body) - known):
            raise StripeError(f"Received unknown parameter: {unknown[0]}", param=unknown[0])
        wanted: dict[str, Any] = {"seconds": _DEFAULT_SECONDS.get(body["kind"], 0)}
        fault = Fault(**(wanted | body))
        self.ordered.append(fault)
        return fault

    def for_request(self, request: Request) -> Fault | None:
        """The fault that strikes this request, counted down."""
        return self._strike(
            lambda fault: (
                fault.kind not in _ABOUT_EVENTS
                and fault.method in (None, request.method)
                and request.path.startswith(fault.path)
            )
        )

    def for_event(self, kind: str) -> Fault | None:
        """The fault that strikes this event, counted down; `charge.` strikes all that begin so."""
        return self._strike(lambda fault: fault.kind in _ABOUT_EVENTS and kind.startswith(fault.event))

    def _strike(self, fits: Callable[[Fault], bool]) -> Fault | None:
        fault = next((one for one in self.ordered if fits(one)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.ordered.remove(fault)
        return fault


def suffer(fault: Fault, do: Callable[[], Reply], stopping: threading.Event) -> Reply:
    """What the client gets to see of a request that a fault strikes."""
    if fault.kind.endswith("_after"):
        do()
    if fault.kind.startswith("timeout"):
        stopping.wait(fault.seconds)
    if fault.kind == "rate_limit":
        message = "Request rate limit exceeded."
        return refusal(StripeError(message, status=429, code="rate_limit"))
    if fault.kind.startswith("error"):
        message = "An unknown error occurred. This is a fault of the sandbox, made on demand."
        return refusal(StripeError(message, status=500, kind="api_error"))
    return Reply(0, drop=True)
