"""From an HTTP request under /v1/ to Stripe's answer."""

import base64
import binascii
import secrets
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from sandbox.account import Account, kind_of
from sandbox.protocol.call import Call
from sandbox.protocol.document import API_VERSION, request_schema
from sandbox.protocol.error import StripeError, bad_key, unrecognised_address
from sandbox.protocol.expansion import expand
from sandbox.protocol.form import decode
from sandbox.protocol.idempotency import earlier_answer, fingerprint, keep_answer
from sandbox.protocol.routes import Route, match
from sandbox.protocol.transport import Reply, Request, json_reply
from sandbox.protocol.validation import coerce

if TYPE_CHECKING:
    from sandbox.world import World

Body = dict[str, Any]


def answer(world: "World", request: Request) -> Reply:
    """Authenticates, validates, executes once, expands. Every refusal is in Stripe's shape."""
    request_id = "req_" + secrets.token_hex(7)
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
    with world.turn():
        world.request = {"id": request_id, "idempotency_key": request.headers.get("idempotency-key")}
        try:
            status, body = _answer(world, request, headers)
        except StripeError as error:
            status, body = error.status, error.body()
        finally:
            world.request = dict.fromkeys(world.request)
    return json_reply(status, body, headers)


def _answer(world: "World", request: Request, headers: dict[str, str]) -> tuple[int, Body]:
    _authenticate(world, request)
    account = world.account_for(request.headers.get("stripe-account"))
    if account is not world.platform:
        headers["Stripe-Account"] = account.id
    found = match(request.method, request.path)
    if found is None:
        raise unrecognised_address(request.method, request.path)
    route, path = found
    params = _params(route, request)
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if not key:
        return _execute(account, route, path, params, request.path)
    headers["Idempotency-Key"] = key
    print_of_call = fingerprint(request.method, request.path, params)
    if earlier := earlier_answer(account, key, print_of_call):
        headers["Idempotent-Replayed"] = "true"
        return earlier
    try:
        status, body = _execute(account, route, path, params, request.path)
    except StripeError as error:
        status, body = error.status, error.body()
    keep_answer(account, key, print_of_call, status=status, body=body)
    return status, body


def _authenticate(world: "World", request: Request) -> None:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    key = credential.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not secrets.compare_digest(key.encode(), world.settings.key.encode()):
        raise bad_key(key)
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise StripeError(f"Invalid Stripe API version: {version}. This sandbox speaks {API_VERSION}.")


def _params(route: Route, request: Request) -> dict[str, Any]:
    text = request.query
    if request.method == "POST":
        text = "&".join(part for part in (request.query, request.body.decode("utf-8", "replace")) if part)
    return coerce(request_schema(route.method, route.template), decode(text))


def _execute(
    account: Account, route: Route, path: dict[str, str], params: dict[str, Any], address: str
) -> tuple[int, Body]:
    paths: list[str] = params.pop("expand", None) or []
    moment = _test_time(account, route, [*path.values(), params.get("customer")])
    with account.world.clock.standing_at(moment) if moment else nullcontext():
        row = route.answer(Call(account, address, path, params))
    shown = row if row.get("object") == "list" or row.get("deleted") else account.show(row)
    return 200, expand(account, shown, paths)


def _test_time(account: Account, route: Route, identifiers: list[Any]) -> int | None:
    """Where the test clock stands on which the objects of this call live, if they live on one."""
    if route.template.startswith(("/v1/checkout", "/v1/test_helpers")):
        return None
    for identifier in identifiers:
        kind = kind_of(identifier) if isinstance(identifier, str) else None
        row = account.find(kind, identifier) if kind else None
        clock = account.test_clock_of(row) if row else None
        if clock is not None:
            return clock["frozen_time"]
    return None
