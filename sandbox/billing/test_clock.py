"""Stripe's test clocks: customers and subscriptions with a time of their own."""

from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_KIND = "test_helpers.test_clock"
_KEPT_SECONDS = 30 * 24 * 3600


@route("POST", "/v1/test_helpers/test_clocks")
def create(call: Call) -> Object:
    row = call.account.new(
        _KIND,
        deletes_after=call.account.now + _KEPT_SECONDS,
        frozen_time=call.params["frozen_time"],
        name=call.params.get("name"),
        status="ready",
        status_details={},
    )
    call.account.emit("test_helpers.test_clock.created", row)
    return row


@route("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def retrieve(call: Call) -> Object:
    return call.account.get(_KIND, call.path["test_clock"])


@route("GET", "/v1/test_helpers/test_clocks")
def list_clocks(call: Call) -> Object:
    return page_of(call, _KIND)


@route("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance")
def advance(call: Call) -> Object:
    """Everything due on the way is done before the answer; Stripe would answer first and be done later."""
    row, to = retrieve(call), call.params["frozen_time"]
    if to <= row["frozen_time"]:
        raise StripeError("The new frozen time must be after the current one.", param="frozen_time")
    row["status"] = "advancing"
    call.account.save(row)
    call.account.emit("test_helpers.test_clock.advancing", row)
    call.account.world.catch_up(until=to, test_clock=row["id"])
    row |= {"frozen_time": to, "status": "ready"}
    call.account.save(row)
    call.account.emit("test_helpers.test_clock.ready", row)
    return row


@route("DELETE", "/v1/test_helpers/test_clocks/{test_clock}")
def delete(call: Call) -> Object:
    """With its customers and their subscriptions, as Stripe does."""
    row = retrieve(call)
    for kind in ("customer", "subscription"):
        for one in call.account.all(kind):
            if one["test_clock"] == row["id"]:
                call.account.remove(one)
    call.account.emit("test_helpers.test_clock.deleted", row)
    call.account.remove(row)
    return {"id": row["id"], "object": _KIND, "deleted": True}
