"""Events: what happened, with the object as it was at that moment."""

import json
from typing import TYPE_CHECKING

from sandbox.events.types import EVENT_TYPES
from sandbox.protocol.call import Call
from sandbox.protocol.document import API_VERSION
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object, view

if TYPE_CHECKING:
    from sandbox.account import Account


def record(account: "Account", kind: str, row: Object, previous: Object | None) -> Object:
    """Stores the event and hands it to delivery, one for each endpoint that listens."""
    assert kind in EVENT_TYPES, f"{kind} is not listed in events/types.py"
    data: Object = {"object": account.show(row)}
    if previous is not None:
        data["previous_attributes"] = previous
    world = account.world
    event = account.new(
        "event",
        api_version=API_VERSION,
        pending_webhooks=0,
        request=dict(world.request),
        type=kind,
        _about=row["id"],
        _data=json.dumps(data, separators=(",", ":")),
    )
    if account.id != world.platform.id:
        event["account"] = account.id
    event["pending_webhooks"] = world.courier.send(account, event)
    account.save(event)
    return event


@view("event")
def _event(account: "Account", row: Object) -> Object:
    """The snapshot is kept as text: there are many events, and few are looked at."""
    return {"data": json.loads(row["_data"])}


@route("GET", "/v1/events/{id}")
def retrieve(call: Call) -> Object:
    return call.account.get("event", call.path["id"])


@route("GET", "/v1/events")
def list_events(call: Call) -> Object:
    wanted = set(call.params.get("types", ())) | ({call.params["type"]} if "type" in call.params else set())
    return page_of(call, "event", lambda event: not wanted or any(_matches(event, one) for one in wanted))


def _matches(event: Object, wanted: str) -> bool:
    """`charge.*` stands for all that begins so, as in Stripe."""
    kind = event["type"]
    return kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1]))
