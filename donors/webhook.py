"""`POST /stripe/events`: verify, store, answer. The work is done from the inbox.

Stripe sends in bursts, so what is plainly an event is taken in before Flask is entered: it needs no session,
no sign-in and no language. Everything else reaches the view, which says what is wrong with it.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from core import telemetry
from core.errors import Refusal
from core.jobs import wake
from core.security import HEADERS, csrf
from donors import stripe_gateway
from donors.jobs import watch_inbox
from donors.payments import inbox
from donors.stripe_gateway import BadSignature, Event

log = logging.getLogger(__name__)
PATH = "/stripe/events"
#: Bytes of a body; Stripe's events are far below.
LARGEST = 1024 * 1024

bp = Blueprint("stripe", __name__, url_prefix="/stripe")
csrf.exempt(bp)


class BadEvent(Refusal):
    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@bp.post("/events")
def receive() -> ResponseReturnValue:
    """Durable before the 200; a repeated delivery is a 200 that does nothing."""
    body = request.get_data(cache=False)
    event = _take_in(body, request.headers.get("Stripe-Signature", ""))
    return jsonify(received=event.id)


class Intake:
    """WSGI middleware that takes in events. It refuses nothing: what it cannot take in, it passes on."""

    def __init__(self, app: Flask) -> None:
        self._flask = app
        self._next = app.wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        is_event = environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "POST"
        if not (is_event and length.isdecimal() and int(length) <= LARGEST):
            return self._next(environ, start_response)
        began = time.perf_counter()
        body = environ["wsgi.input"].read(int(length))
        with self._flask.app_context():
            request_id = telemetry.begin()
            event = _try_to_take_in(body, environ.get("HTTP_STRIPE_SIGNATURE", ""))
            if event is not None:
                telemetry.count(method="POST", route=PATH, status=200, seconds=time.perf_counter() - began)
        if event is None:
            return self._next(environ | {"wsgi.input": BytesIO(body)}, start_response)
        answer = json.dumps({"received": event.id}).encode()
        length_and_id = [("Content-Length", str(len(answer))), ("X-Request-Id", request_id)]
        start_response("200 OK", [("Content-Type", "application/json"), *HEADERS.items(), *length_and_id])
        return [answer]


def _try_to_take_in(body: bytes, signature: str) -> Event | None:
    try:
        return _take_in(body, signature)
    except Exception:
        return None  # whatever it is, the view meets it again and reports it


def _take_in(body: bytes, signature: str) -> Event:
    event = _read(body, signature)
    if inbox.take_in(event, body.decode()):
        _wake()
    return event


def _wake() -> None:
    try:
        wake(watch_inbox)
    except Exception:
        log.exception("the event is stored; it is worked on later")


def _read(body: bytes, signature: str) -> Event:
    try:
        event = stripe_gateway.read_event(body, signature)
    except BadSignature:
        raise BadEvent("bad_signature", "The signature does not match the body, or is too old.") from None
    except ValueError:
        raise BadEvent("bad_event", "The body is not an event.") from None
    if event.livemode != current_app.config["SETTINGS"].livemode:
        raise BadEvent("wrong_livemode", "The event's livemode is not ours.")
    return event
