"""The sandbox's own controls, under /_sandbox/. They belong to tests and demonstrations, not to Stripe."""

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from sandbox.billing.advancing import advance
from sandbox.checkout.page import find_session, success_address
from sandbox.checkout.paying import Payer, answer_bank, is_waiting, pay
from sandbox.connected_account import open_account
from sandbox.events.delivery import KIND
from sandbox.events.webhook_endpoint import listens
from sandbox.protocol.error import StripeError, missing_resource
from sandbox.protocol.transport import Reply, Request, json_reply, refusal

if TYPE_CHECKING:
    from sandbox.world import World

Body = dict[str, Any]
Control = Callable[["World", Body, str], Body]

_controls: list[tuple[str, re.Pattern[str], Control]] = []
_names: list[str] = []
_DAY = 24 * 3600


def control(method: str, path: str) -> Callable[[Control], Control]:
    """Registers a control; `{id}` in the path is passed on."""

    def register(function: Control) -> Control:
        _names.append(f"{method:6} {path}")
        pattern = re.compile(path.replace("{id}", r"(?P<id>[^/]+)") + r"\Z")
        _controls.append((method, pattern, function))
        return function

    return register


def all_controls() -> list[str]:
    return list(_names)


def answer(world: "World", request: Request) -> Reply:
    """Runs a control. Bodies are JSON in both directions; refusals have Stripe's shape."""
    try:
        for method, pattern, function in _controls:
            found = pattern.match(request.path)
            if found and method == request.method:
                body = _read(request)
                with world.turn():
                    done = function(world, body, found.groupdict().get("id", ""))
                return Reply(303, headers={"Location": "/"}) if _from_page(request) else json_reply(200, done)
        raise StripeError(f"There is no control {request.method} {request.path}.", status=404)
    except StripeError as error:
        return refusal(error)


def _from_page(request: Request) -> bool:
    """A button of the index page, which is shown again."""
    return request.headers.get("content-type", "").startswith("application/x-www-form")


def _read(request: Request) -> Body:
    if not request.body or _from_page(request):
        return {}
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise StripeError(f"The body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise StripeError("The body must be a JSON object.")
    return body


@control("GET", "/_sandbox/clock")
def clock(world: "World", body: Body, identifier: str) -> Body:
    return {"now": world.clock.now(), "offset_seconds": world.clock.offset}


@control("POST", "/_sandbox/clock/advance")
def advance_clock(world: "World", body: Body, identifier: str) -> Body:
    """{"to": epoch} or {"by_days": n} or {"by_seconds": n}; never backwards."""
    now = world.clock.now()
    to = body.get("to", now + body.get("by_days", 0) * _DAY + body.get("by_seconds", 0))
    if not isinstance(to, int | float) or isinstance(to, bool) or to < now:
        raise StripeError(
            "Time goes forward: pass `to` (epoch seconds, not past), `by_days` or `by_seconds`."
        )
    advance(world, int(to))
    return clock(world, {}, "")


@control("GET", "/_sandbox/idle")
def idle(world: "World", body: Body, identifier: str) -> Body:
    pending = world.courier.pending()
    return {"idle": pending == 0, "pending": pending}


@control("POST", "/_sandbox/reset")
def reset(world: "World", body: Body, identifier: str) -> Body:
    world.forget()
    return {"reset": True}


@control("GET", "/_sandbox/events")
def events(world: "World", body: Body, identifier: str) -> Body:
    """Every event in order of creation, with its deliveries."""
    data = []
    for account in world.accounts():
        deliveries: dict[str, list[Body]] = {}
        for row in account.all(KIND):
            shown = {name: row[name] for name in ("id", "url", "status", "attempts")}
            deliveries.setdefault(row["event"], []).append(shown)
        data += [
            account.show(row) | {"deliveries": deliveries.get(row["id"], [])} for row in account.all("event")
        ]
    return {"data": data}


@control("POST", "/_sandbox/events/{id}/redeliver")
def redeliver(world: "World", body: Body, identifier: str) -> Body:
    """Sends an event once more to every endpoint that listens."""
    for account in world.accounts():
        event = account.find("event", identifier)
        if event is not None:
            connected = account.id != world.platform.id
            endpoints = world.platform.all("webhook_endpoint") + (
                account.all("webhook_endpoint") if connected else []
            )
            chosen = [one for one in endpoints if listens(one, event["type"], connected=connected)]
            return {"deliveries": [world.courier.queue(account, event, one)["id"] for one in chosen]}
    raise missing_resource("event", identifier)


@control("GET", "/_sandbox/faults")
def faults(world: "World", body: Body, identifier: str) -> Body:
    return {"data": [fault.shown() for fault in world.faults.ordered]}


@control("POST", "/_sandbox/faults")
def order_fault(world: "World", body: Body, identifier: str) -> Body:
    """{"kind", "times", "method", "path", "event", "seconds", "seed"}: see faults.FAULTS."""
    return world.faults.order(body).shown()


@control("DELETE", "/_sandbox/faults")
def forget_faults(world: "World", body: Body, identifier: str) -> Body:
    world.faults.ordered.clear()
    return {"data": []}


@control("POST", "/_sandbox/accounts")
def connect_account(world: "World", body: Body, identifier: str) -> Body:
    """{"id": "acct_...", "name": ...}: a connected account, ready to be named in `Stripe-Account`."""
    wanted = str(body.get("id", ""))
    if not re.fullmatch(r"acct_\w{4,40}", wanted):
        raise StripeError("Pass an `id` that begins with acct_.", param="id")
    return world.platform.show(open_account(world.platform, id=wanted, email=body.get("email")))


@control("POST", "/_sandbox/pay/{id}")
def pay_session(world: "World", body: Body, identifier: str) -> Body:
    """Completes a hosted session as the page does: {"card", "email", "name", "exp", "cvc"}.

    `at` (epoch seconds): the moment at which it is paid, for history. `authenticate` (default true): what
    is answered when the card asks for 3-D Secure.
    """
    found = find_session(world, identifier)
    if found is None:
        raise missing_resource("checkout.session", identifier)
    account, session = found
    payer = Payer(
        card_number=str(body.get("card", "4242424242424242")),
        email=str(body.get("email") or session["customer_email"] or "donor@example.com"),
        name=str(body.get("name") or ""),
        exp=str(body.get("exp", "12/34")),
        cvc=str(body.get("cvc", "123")),
    )
    at = body.get("at")
    if at is not None and not isinstance(at, int):
        raise StripeError("`at` is a moment in whole epoch seconds.", param="at")
    with world.clock.standing_at(at) if at is not None else nullcontext():
        pay(account, session, payer)
        if is_waiting(session):
            answer_bank(account, session, approved=bool(body.get("authenticate", True)))
    world.catch_up()
    return {"session": account.show(session), "redirect": success_address(session)}
