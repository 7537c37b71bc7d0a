"""Where events are sent."""

import secrets

from sandbox.account import Account
from sandbox.protocol.call import Call
from sandbox.protocol.document import API_VERSION
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

OWN, CONNECTED, ALL = "own", "connected", "all"


def register(account: Account, url: str, secret: str) -> Object:
    """The endpoint named at start: it hears everything, of connected accounts too. A former one gives way."""
    for row in account.all("webhook_endpoint"):
        if row.get("_at_start") and row["url"] == url:
            row["_secret"] = secret
            account.save(row)
            return row
    return account.new(
        "webhook_endpoint",
        api_version=API_VERSION,
        enabled_events=["*"],
        metadata={},
        status="enabled",
        url=url,
        _secret=secret,
        _hears=ALL,
        _at_start=True,
    )


def forget_former(account: Account, urls: set[str]) -> None:
    """Endpoints of an earlier start whose address is not named any more."""
    for row in account.all("webhook_endpoint"):
        if row.get("_at_start") and row["url"] not in urls:
            account.remove(row)


def listens(endpoint: Object, kind: str, *, connected: bool) -> bool:
    """Whether an event of this type, of the own or of a connected account, goes to the endpoint."""
    wanted = endpoint["_hears"]
    if wanted != ALL and (wanted == CONNECTED) != connected:
        return False
    return endpoint["status"] == "enabled" and bool({"*", kind} & set(endpoint["enabled_events"]))


@route("POST", "/v1/webhook_endpoints")
def create(call: Call) -> Object:
    secret = "whsec_" + secrets.token_hex(16)
    row = call.account.new(
        "webhook_endpoint",
        api_version=call.params.get("api_version") or API_VERSION,
        description=call.params.get("description") or None,
        enabled_events=call.params["enabled_events"],
        metadata=call.metadata,
        status="enabled",
        url=call.params["url"],
        _secret=secret,
        _hears=CONNECTED if call.params.get("connect") else OWN,
    )
    return row | {"secret": secret}


@route("GET", "/v1/webhook_endpoints/{webhook_endpoint}")
def retrieve(call: Call) -> Object:
    return call.account.get("webhook_endpoint", call.path["webhook_endpoint"])


@route("POST", "/v1/webhook_endpoints/{webhook_endpoint}")
def update(call: Call) -> Object:
    row = retrieve(call)
    for name in ("url", "enabled_events", "description"):
        if name in call.params:
            row[name] = call.params[name] or None
    if "disabled" in call.params:
        row["status"] = "disabled" if call.params["disabled"] else "enabled"
    call.change_metadata(row)
    call.account.save(row)
    return row


@route("GET", "/v1/webhook_endpoints")
def list_endpoints(call: Call) -> Object:
    return page_of(call, "webhook_endpoint")


@route("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete(call: Call) -> Object:
    row = retrieve(call)
    call.account.remove(row)
    return {"id": row["id"], "object": "webhook_endpoint", "deleted": True}
