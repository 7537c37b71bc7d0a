"""How often one caller may try something. Counted where `AMPARO_LIMITS_URL` says (memory, Redis, Valkey).

`limiter` is Flask-Limiter for views that are ours to decorate; `spend` counts anywhere else, by any key.
Keys are digests: whoever reads the store finds no address of a person.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, after_this_request, current_app, request
from flask_babel import gettext as _
from flask_limiter import Limiter
from limits import parse
from limits.storage import MovingWindowSupport, Storage

from core.errors import Refusal

log = logging.getLogger(__name__)
T = TypeVar("T")
#: More than anybody counts; a count stops there.
_MOST_COUNTED = 100_000
#: PDFs and pictures take up to a tenth of a second each; a kept one costs nothing and is not counted.
DRAWINGS = "60 per minute"


class TooMany(Refusal):
    """More tries than the rule allows; the answer says when to come back."""

    status, code = 429, "too_many_requests"


def caller() -> str:
    """The network address that asks, as a digest."""
    return digest(request.remote_addr or "unknown")


def digest(value: str) -> str:
    return hashlib.sha256(value.strip().casefold().encode()).hexdigest()[:32]


limiter = Limiter(key_func=caller, headers_enabled=True)


def init_app(app: Flask, url: str) -> None:
    # Tests sign in more often than any person; the tests of limits switch them on.
    app.config.update(RATELIMIT_STORAGE_URI=url, LIMITS_ARE_ON=not app.testing)
    limiter.init_app(app)


@limiter.request_filter
def are_off() -> bool:
    return not current_app.config["LIMITS_ARE_ON"]


def spend(rule: str, purpose: str, whose: str) -> None:
    """Count one try of `purpose` by the digest `whose` against `rule` ("10 per minute").

    Raises `TooMany` when the rule is used up.
    """
    item = parse(rule)
    if are_off() or limiter.limiter.hit(item, purpose, whose):
        return
    seconds = max(1, round(limiter.limiter.get_window_stats(item, purpose, whose).reset_time - time.time()))

    @after_this_request
    def say_when(response):  # pyright: ignore[reportMissingParameterType]
        response.headers["Retry-After"] = str(seconds)
        return response

    raise TooMany(_("Too many tries from here. Nothing was changed."))


def spend_drawing() -> None:
    """Count a document or picture that is drawn for somebody who is not signed in. Raises `TooMany`."""
    spend(DRAWINGS, "drawing", caller())


def take(purpose: str, whose: str, *, most: int, seconds: int) -> bool:
    """Take one of `most` places that are free again `seconds` after they were taken; False when none is left.

    A moving window: there is no edge at which twice as many pass. Where the store does not answer, everybody
    passes: a gift is worth more than a count.
    """
    key = _key(purpose, whose)
    return _asking(lambda store: store.acquire_entry(key, most, seconds), otherwise=True)


def taken(purpose: str, whose: str, *, seconds: int) -> int:
    """How many were taken in the last `seconds`."""
    key = _key(purpose, whose)
    return _asking(lambda store: store.get_moving_window(key, _MOST_COUNTED, seconds)[1], otherwise=0)


def forget(purpose: str, whose: str) -> None:
    """Begin to count anew."""
    _asking(lambda store: cast(Storage, store).clear(_key(purpose, whose)), otherwise=None)


def _key(purpose: str, whose: str) -> str:
    return f"AMPARO/{purpose}/{whose}"


def _asking(question: Callable[[MovingWindowSupport], T], *, otherwise: T) -> T:
    store = limiter.storage
    if are_off():
        return otherwise
    try:
        return question(cast(MovingWindowSupport, store))
    except store.base_exceptions:
        log.exception("the store of limits does not answer; nothing is limited")
        return otherwise
