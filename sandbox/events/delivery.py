"""Sending events: in order of creation, again with growing pauses until the endpoint answers 2xx."""

import heapq
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.account import Account
from sandbox.events import signature
from sandbox.events.post import Outcome, Post
from sandbox.events.webhook_endpoint import listens
from sandbox.faults import Fault
from sandbox.protocol.views import Object

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "_delivery"
PENDING, DELIVERED, FAILED, LOST = "pending", "delivered", "failed", "lost"


@dataclass(order=True)
class _Parcel:
    due: float
    place: int
    account: str = field(compare=False)
    delivery: str = field(compare=False)


class Courier:
    """One background thread. A delivery is a row, so that a restart goes on where it was."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._parcels: list[_Parcel] = []
        self._places = itertools.count()
        self._wake = threading.Condition(world.lock)
        self._post = Post(world.settings.patience_seconds)
        self._thread = threading.Thread(target=self._run, name="sandbox-courier", daemon=True)
        self._stopped = False
        self._sending = False

    def start(self) -> None:
        with self._wake:
            for account in self._world.accounts():
                for row in account.all(KIND):
                    if row["status"] == PENDING:
                        self._queue(account, row, 0)
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        self._thread.join(timeout=self._world.settings.patience_seconds + 1)
        self._post.close()

    def send(self, account: Account, event: Object) -> int:
        """Queues the event for every endpoint that listens; how many these are."""
        connected = account.id != self._world.platform.id
        endpoints = list(self._world.platform.all("webhook_endpoint"))
        if connected:
            endpoints += account.all("webhook_endpoint")
        listening = [one for one in endpoints if listens(one, event["type"], connected=connected)]
        fault = self._world.faults.for_event(event["type"]) if listening else None
        for endpoint in listening:
            self._queue_under(fault, account, event, endpoint)
        return len(listening)

    def _queue_under(self, fault: Fault | None, account: Account, event: Object, endpoint: Object) -> None:
        """Queues it as it should be, or as the fault wants it."""
        kind = fault.kind if fault else ""
        delay = fault.seconds if fault and kind == "delay_events" else 0
        if fault and kind == "reorder_events":
            delay = fault.dice.uniform(0, fault.seconds)
        self.queue(account, event, endpoint, delay=delay, status=LOST if kind == "lose_events" else PENDING)
        if kind == "repeat_events":
            self.queue(account, event, endpoint)

    def queue(
        self, account: Account, event: Object, endpoint: Object, *, delay: float = 0, status: str = PENDING
    ) -> Object:
        """A new delivery of an event to an endpoint, `delay` seconds from now."""
        row = {
            "id": f"{event['id']}-{next(self._places)}-{endpoint['id'][-6:]}",
            "event": event["id"],
            "type": event["type"],
            "url": endpoint["url"],
            "secret": endpoint["_secret"],
            "status": status,
            "attempts": [],
        }
        self._keep(account, row)
        if status == PENDING:
            self._queue(account, row, delay)
        return row

    def pending(self) -> int:
        """How many are on their way or wait for another attempt."""
        return len(self._parcels) + self._sending

    def forget(self) -> None:
        self._parcels.clear()

    def _queue(self, account: Account, row: Object, delay: float) -> None:
        due = time.monotonic() + delay if delay else 0
        heapq.heappush(self._parcels, _Parcel(due, next(self._places), account.id, row["id"]))
        self._wake.notify_all()

    def _keep(self, account: Account, row: Object) -> None:
        self._world.store.put(account.id, KIND, row)

    def _run(self) -> None:
        while True:
            with self._wake:
                parcel = self._next_parcel()
                if parcel is None:
                    return
                account = self._world.account(parcel.account)
                row = account.find(KIND, parcel.delivery)
                event = account.find("event", row["event"]) if row else None
                if row is None or event is None:
                    continue
                body = json.dumps(account.show(event), indent=2).encode()
                self._sending = True
            now = int(time.time())
            outcome = self._post.send(row["url"], body, signature.header(body, row["secret"], now))
            with self._wake:
                self._sending = False
                self._record(account, row, outcome, now)

    def _next_parcel(self) -> _Parcel | None:
        """Waits for the next one that is due; None when stopped."""
        while not self._stopped:
            if not self._parcels:
                self._wake.wait()
                continue
            pause = self._parcels[0].due - time.monotonic()
            if pause <= 0:
                return heapq.heappop(self._parcels)
            self._wake.wait(pause)
        return None

    def _record(self, account: Account, row: Object, outcome: Outcome, at: int) -> None:
        if account.find(KIND, row["id"]) is not row:
            return  # everything was forgotten meanwhile
        attempts: list[dict[str, Any]] = row["attempts"]
        attempts.append({"at": at, "status": outcome.status, "note": outcome.note})
        pauses = self._world.settings.backoff_seconds
        if outcome.accepted:
            self._finish(account, row, DELIVERED)
        elif len(attempts) > len(pauses):
            self._finish(account, row, FAILED)
        else:
            self._queue(account, row, pauses[len(attempts) - 1])
        self._keep(account, row)
        self._world.store.keep()

    def _finish(self, account: Account, row: Object, status: str) -> None:
        row["status"] = status
        event = account.find("event", row["event"])
        if event and status == DELIVERED and event["pending_webhooks"]:
            event["pending_webhooks"] -= 1
            account.save(event)
