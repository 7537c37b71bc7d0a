"""One database with everything that is measured on it: two houses, their servers, the rivals, the sandbox."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench import house
from bench.box import sandbox
from bench.databases import databases
from bench.house import House
from bench.servers import Server, free_port, serve
from bench.signing import SECRET
from bench.stage import SLUG

SMALL = 1_000
PATH = f"/d/{SLUG}"


@dataclass(frozen=True)
class Plan:
    """How much is done: gifts behind the large drive, rounds, seconds of each row in a round, gifts that
    are settled in a round."""

    gifts: int = 100_000
    rounds: int = 5
    seconds: float = 1.0
    settled: int = 500
    paid_in_sandbox: int = 15

    @property
    def waiting(self) -> int:
        return self.settled * (self.rounds + 1)


QUICK = Plan(gifts=5_000, rounds=3, seconds=0.4, settled=100, paid_in_sandbox=4)


@dataclass(frozen=True)
class Theatre:
    """`load` and `worker` are processes of their own, one each."""

    plan: Plan
    large: House
    small: House
    page_bytes: int
    warm: Server
    cold_large: Server
    cold_small: Server
    rival: Server
    stripe: str
    load: ProcessPoolExecutor
    worker: ProcessPoolExecutor


@contextmanager
def theatre(kind: str, plan: Plan, folder: Path) -> Iterator[Theatre]:
    """Build and start everything on `kind` of database, and take it down when the block ends."""
    with ExitStack() as stack:
        make = stack.enter_context(databases(kind, folder))
        load, worker = (stack.enter_context(_process()) for _ in range(2))
        large, small = (
            worker.submit(house.build, make(name), folder / name, count, waiting).result()
            for name, count, waiting in (("large", plan.gifts, plan.waiting), ("small", SMALL, 0))
        )
        stripe_port = free_port()
        stripe = f"http://127.0.0.1:{stripe_port}"

        def open_house(name: str, which: House, cache_seconds: float) -> Server:
            given = which.environment(cache_seconds=cache_seconds, stripe=stripe)
            return stack.enter_context(serve(name, "app:create_app", environment=given, folder=folder))

        warm = open_house("warm", large, 5)
        page = folder / "page.html"
        page.write_bytes(warm.get(PATH))
        cold_large, cold_small = open_house("cold-large", large, 0), open_house("cold-small", small, 0)
        given = {"BENCH_DATABASE": large.url, "BENCH_PAGE": str(page), "BENCH_SECRET": SECRET}
        rival = stack.enter_context(
            serve("reference", "bench.reference:create_app", environment=given, folder=folder)
        )
        stack.enter_context(sandbox(stripe_port, f"http://127.0.0.1:{warm.port}/stripe/events"))
        yield Theatre(
            plan=plan,
            large=large,
            small=small,
            page_bytes=page.stat().st_size,
            warm=warm,
            cold_large=cold_large,
            cold_small=cold_small,
            rival=rival,
            stripe=stripe,
            load=load,
            worker=worker,
        )


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))
