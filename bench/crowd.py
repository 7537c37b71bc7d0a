"""Readers and donors of a drive's last minute, at an even rate whatever the servers do."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.servers import Server
from bench.stage import SLUG
from core import clock

READERS, DONORS = 200, 20
PATHS = (f"/d/{SLUG}/progress.json", f"/d/{SLUG}")
_LANES = 20


@dataclass
class Seen:
    """What readers and donors met; `shown` holds (asked at, answered at, as of, raised in minor units)."""

    shown: list[tuple[datetime, datetime, datetime, int]] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    samples: list[tuple[datetime, int]] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    turned_away: int = 0
    closed: int = 0
    errors: list[str] = field(default_factory=list)


def load(web: Server, stripe_port: int, seconds: int, samples: Callable[[], Any]) -> Seen:
    seen = Seen()
    end = time.monotonic() + seconds
    lanes = [
        *(threading.Thread(target=_read_on, args=(web.port, seen, end, lane)) for lane in range(_LANES)),
        threading.Thread(target=_sample_on, args=(samples, seen, end)),
    ]
    for each in lanes:
        each.start()
    with ThreadPoolExecutor(40) as donors:
        for number in _paced(DONORS, end):
            donors.submit(_give, web.port, stripe_port, number, seen)
    for each in lanes:
        each.join()
    return seen


def _paced(a_second: float, end: float, start: float = 0) -> Iterator[int]:
    """Numbers at an even rate, whatever happens to those before."""
    began = time.monotonic() + start
    number = 0
    while (due := began + number / a_second) < end:
        time.sleep(max(0, due - time.monotonic()))
        yield number
        number += 1


def _read_on(port: int, seen: Seen, end: float, lane: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    for number in _paced(READERS / _LANES, end, start=lane / READERS):
        asked_at, began = clock.now(), time.perf_counter()
        try:
            body = _get(connection, PATHS[number % 2])
            seen.latencies.append(time.perf_counter() - began)
            as_of, raised = _figures(body, number % 2)
            seen.shown.append((asked_at, clock.now(), as_of, raised))
        except (OSError, ValueError, AttributeError, AssertionError) as error:
            seen.errors.append(f"reader: {type(error).__name__} {error}")
            connection.close()


def _get(connection: HTTPConnection, path: str) -> str:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, f"{path} answered {answer.status}"
    return body


_AS_OF = re.compile(r'<time datetime="([^"]+T[^"]+)">')
_BAR = re.compile(r'data-goal="amount">.*?<progress max="\d+" value="(\d+)"', re.DOTALL)


def _figures(body: str, is_page: int) -> tuple[datetime, int]:
    """The moment an answer names, and what it says was raised then."""
    if not is_page:
        told = json.loads(body)
        return datetime.fromisoformat(told["as_of"]), int(told["raised_minor"])
    as_of, bar = _AS_OF.search(body), _BAR.search(body)
    assert as_of is not None, "the page names no moment"
    assert bar is not None, "the page shows no figure"
    return datetime.fromisoformat(as_of[1]), int(bar[1])


def _sample_on(samples: Callable[[], Any], seen: Seen, end: float) -> None:
    for sample, _number in zip(samples(), _paced(20, end), strict=False):
        seen.samples.append(sample)


def _give(port: int, stripe_port: int, number: int, seen: Seen) -> None:
    """A donor from an address of their own, from the page to the payment."""
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        page = _get(connection, f"/d/{SLUG}")
        token = re.search(r'name="form_token" value="([^"]+)"', page)
        if token is None:  # the drive has closed
            seen.closed += 1
            return
        status, address = _send_form(connection, number, token[1])
        connection.close()
        if status != 303:
            seen.closed += status == 409
            seen.turned_away += status != 409
            return
        _pay(stripe_port, urlsplit(address).path.split("/")[-1])
        seen.paid.append(f"donor-of-{number}@example.org")
    except (OSError, AssertionError) as error:
        seen.errors.append(f"donor: {type(error).__name__} {error}")


def _send_form(connection: HTTPConnection, number: int, token: str) -> tuple[int, str]:
    typed = {
        "form_token": token,
        "amount_choice": "other",
        "amount_other": str(5 + number % 90),
        "rhythm": ("once", "once", "month")[number % 3],
        "email": f"donor-of-{number}@example.org",
        "name": "Ana Lopez",
        "name_display": "initial",
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
    }
    connection.request("POST", f"/d/{SLUG}/gifts", urlencode(typed), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers.get("Location", "")


def _pay(stripe_port: int, session_id: str) -> None:
    connection = HTTPConnection("127.0.0.1", stripe_port, timeout=20)
    body = json.dumps({"card": "4242424242424242"})
    connection.request("POST", f"/_sandbox/pay/{session_id}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, f"the payment page answered {answer.status}: {answer.read()[:200]!r}"
    connection.close()
