"""Intake and settling with a million events and gifts stored, by one worker and by two: `python -m bench.million
[--gifts 1000000] [--database …]`.

Each stands beside the reference webhook of as many workers in the same run (points 3 and 4 of what we aim at), and
beside itself with a thousand gifts: flat means that it does not slow down with what is stored.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench import house, settling
from bench.databases import databases
from bench.house import House
from bench.load import Outcome, drive
from bench.programme import MOST_A_SECOND
from bench.report import row_line
from bench.rounds import Figures, Row, measure, ratio
from bench.servers import Server, serve
from bench.signing import SECRET, SignedEvents

ROUNDS, SECONDS, SETTLED, SMALL = 5, 1.0, 400, 1_000
_GIVE_UP_SECONDS = 120
INTAKE_TARGET, SETTLING_TARGET, FLAT_TARGET = 0.9, 0.5, 0.9
#: Nobody asks Stripe here.
_NO_STRIPE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Place:
    """One database with its web servers, by their number of workers."""

    name: str
    house: House
    servers: dict[int, Server]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--gifts", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    chosen = parser.parse_args()
    for kind in chosen.database or ("sqlite", "postgresql"):
        folder_of_the_run = tempfile.TemporaryDirectory(prefix="amparo-bench-")
        with folder_of_the_run as folder:
            run(kind, chosen.gifts, Path(folder))
    return 0


def run(kind: str, gifts: int, folder: Path) -> None:
    with ExitStack() as stack:
        make = stack.enter_context(databases(kind, folder))
        workers = [
            stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn"))) for _ in range(2)
        ]
        waiting = SETTLED * (ROUNDS + 1) * 2
        places = [
            stack.enter_context(
                _open(
                    folder,
                    name,
                    workers[0].submit(house.build, make(name), folder / name, count, waiting, count).result(),
                )
            )
            for name, count in (("large", gifts), ("small", SMALL))
        ]
        given = {"BENCH_DATABASE": places[0].house.url, "BENCH_PAGE": __file__, "BENCH_SECRET": SECRET}
        rivals = {
            count: stack.enter_context(
                serve(
                    f"rival-{count}",
                    "bench.reference:create_app",
                    environment=given,
                    folder=folder,
                    workers=count,
                )
            )
            for count in (1, 2)
        }
        figures = measure(list(_rows(places, rivals, workers)), ROUNDS)
    print(f"{kind}: {gifts:,} gifts and as many events stored (large), {SMALL:,} (small)")
    print("\n".join(_said(figures)), flush=True)


@contextmanager
def _open(folder: Path, name: str, which: House) -> Iterator[Place]:
    given = which.environment(cache_seconds=5, stripe=_NO_STRIPE)
    with ExitStack() as stack:
        servers = {
            count: stack.enter_context(
                serve(f"{name}-{count}", "app:create_app", environment=given, folder=folder, workers=count)
            )
            for count in (1, 2)
        }
        yield Place(name, which, servers)


def _rows(
    places: Sequence[Place], rivals: dict[int, Server], workers: Sequence[ProcessPoolExecutor]
) -> Iterator[Row]:
    for count in (1, 2):
        yield _hook(f"reference webhook, {count}", rivals[count], "/hook")
        for place in places:
            yield _hook(f"event intake, {place.name}, {count}", place.servers[count], "/stripe/events")
            yield _settle(f"settling, {place.name}, {count}", place.house, workers[:count])


def _hook(name: str, server: Server, path: str) -> Row:
    series = "".join(each for each in name if each.isalnum())

    def run(number: int) -> Outcome:
        events = SignedEvents(path, f"{series}{number}x", int(MOST_A_SECOND * SECONDS))
        return drive(server.port, events, SECONDS)

    return Row(name, run, server)


def _settle(name: str, which: House, workers: Sequence[ProcessPoolExecutor]) -> Row:
    """The same inbox for all workers; the rate is that of all together."""
    of = (which.url, which.folder, _NO_STRIPE)
    share = which.waiting[(len(workers) - 1) * SETTLED * (ROUNDS + 1) :]

    def run(number: int) -> Outcome:
        mine = share[number * SETTLED : (number + 1) * SETTLED]
        for each in workers:
            each.submit(settling.prepare, *of, mine).result(_GIVE_UP_SECONDS)
        workers[0].submit(settling.fill_inbox, *of).result(_GIVE_UP_SECONDS)
        at_work = [each.submit(settling.empty_inbox, *of) for each in workers]
        done = [each.result(_GIVE_UP_SECONDS) for each in at_work]
        workers[0].submit(settling.check, *of, mine).result(_GIVE_UP_SECONDS)
        latencies = [one for each in done for one in each.latencies]
        return Outcome(len(latencies), max(each.seconds for each in done), latencies)

    return Row(name, run)


def _said(figures: dict[str, Figures]) -> Iterator[str]:
    yield f"{'':34}{'per second':>12}{'from':>9}{'to':>9}{'p99 ms':>9}{'cpu us':>9}"
    for name, each in figures.items():
        yield row_line(name, each)
    for count in (1, 2):
        hook = figures[f"reference webhook, {count}"]
        for what, target in (("event intake", INTAKE_TARGET), ("settling", SETTLING_TARGET)):
            large, small = figures[f"{what}, large, {count}"], figures[f"{what}, small, {count}"]
            yield _verdict(f"{what} / reference webhook, {count} workers", ratio(large, hook), target)
            yield _verdict(f"{what}, large / small, {count} workers", ratio(large, small), FLAT_TARGET)


def _verdict(words: str, found: float, target: float) -> str:
    return f"{words:58}{found:8.0%}{target:9.0%}  {'met' if found >= target else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
