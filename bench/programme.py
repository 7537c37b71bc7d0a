"""What is measured: the rows, and which of them stand beside which."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import commits, settling
from bench.load import Outcome, Page, drive
from bench.reference import ROW
from bench.rounds import Row
from bench.servers import WORKERS, Server
from bench.signing import SignedEvents
from bench.theatre import PATH, Theatre

HELLO, CONSTANT, WARM = "Flask hello", "Flask, constant page", "drive page, warm"
BY_KEY, COLD_SMALL, COLD_LARGE = "SELECT by key", "drive page, cold, small", "drive page, cold, large"
HOOK, BARE_HOOK = "webhook, reference", "webhook, reference, bare driver"
INTAKE, REPEATS = "webhook, event intake", "webhook, event intake, repeats"
COMMITS, COMMITS_8 = "raw durable commits", "raw durable commits, 8 clients"
SETTLED, SETTLED_HTTP = "settling, Stripe's answer local", "settling, sandbox over HTTP"

#: Deliveries made ready for one burst, a second of load; nothing here takes more.
MOST_A_SECOND = 5_000
_REPEATED = 50
_GIVE_UP_SECONDS = 120


@dataclass(frozen=True)
class Beside:
    """A ratio that is printed. `target` is in parts of one; None where none is set. `share` is the part of
    the limit that is compared with: a worker settles alone, the webhook is answered by two."""

    ours: str
    limit: str
    target: float | None = None
    share: float = 1
    note: str = ""


RATIOS = (
    Beside(WARM, CONSTANT, 0.9),
    Beside(WARM, HELLO, None),
    Beside(COLD_SMALL, BY_KEY, None),
    Beside(COLD_LARGE, BY_KEY, None),
    Beside(COLD_LARGE, COLD_SMALL, 0.9),
    Beside(INTAKE, HOOK, 0.9),
    Beside(INTAKE, BARE_HOOK, None),
    Beside(INTAKE, COMMITS, None),
    Beside(INTAKE, COMMITS_8, None),
    Beside(REPEATS, INTAKE, None),
    Beside(SETTLED, HOOK, 0.5, 1 / WORKERS, "per worker"),
    Beside(SETTLED_HTTP, HOOK, None, 1 / WORKERS, "per worker"),
)


def rows(house: Theatre, kind: str) -> Iterator[Row]:
    """Every row, in the order in which they are printed."""
    yield _page(house, HELLO, house.rival, "/hello")
    yield _page(house, CONSTANT, house.rival, "/page")
    yield _page(house, WARM, house.warm, PATH)
    yield _page(house, BY_KEY, house.rival, f"/row/{ROW}")
    yield _page(house, COLD_SMALL, house.cold_small, PATH)
    yield _page(house, COLD_LARGE, house.cold_large, PATH)
    yield _hook(house, HOOK, house.rival, "/hook", "ref")
    yield _hook(house, BARE_HOOK, house.rival, "/bare-hook", "bare")
    yield _hook(house, INTAKE, house.warm, "/stripe/events", "new")
    yield _hook(house, REPEATS, house.warm, "/stripe/events", "again")
    yield _commits(house, COMMITS, 1)
    if kind == "postgresql":
        yield _commits(house, COMMITS_8, 8)
    yield Row(SETTLED, lambda number: _settle(house, number))
    yield Row(SETTLED_HTTP, lambda _number: _settle_over_http(house))


def _page(house: Theatre, name: str, server: Server, path: str) -> Row:
    seconds = house.plan.seconds
    return Row(name, lambda _number: _do(house.load, drive, server.port, Page(path), seconds), server)


def _hook(house: Theatre, name: str, server: Server, path: str, series: str) -> Row:
    """Distinct events in every round; repeats are the few that the round for warming up has brought."""
    seconds = house.plan.seconds

    def run(number: int) -> Outcome:
        if name == REPEATS:
            source = SignedEvents(path, series, _REPEATED, again=True)
        else:
            source = SignedEvents(path, f"{series}{number}x", int(MOST_A_SECOND * seconds))
        return _do(house.load, drive, server.port, source, seconds)

    return Row(name, run, server)


def _commits(house: Theatre, name: str, clients: int) -> Row:
    def run(number: int) -> Outcome:
        series = f"raw{clients}x{number}"
        return _do(house.load, commits.commit, house.large.url, series, house.plan.seconds, clients)

    return Row(name, run)


def _settle(house: Theatre, number: int) -> Outcome:
    count = house.plan.settled
    mine = house.large.waiting[number * count : (number + 1) * count]
    return _do(house.worker, settling.settle_locally, *_of(house), mine)


def _settle_over_http(house: Theatre) -> Outcome:
    return _do(house.worker, settling.settle_over_http, *_of(house), house.plan.paid_in_sandbox)


def _of(house: Theatre) -> tuple[str, Path, str]:
    return house.large.url, house.large.folder, house.stripe


def _do(process: ProcessPoolExecutor, work: Any, *arguments: Any) -> Outcome:
    return process.submit(work, *arguments).result(_GIVE_UP_SECONDS)
