"""Rounds: every row is measured once in each, in turn, so that what disturbs the machine meets all alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from bench.load import Outcome
from bench.servers import Server


@dataclass(frozen=True)
class Row:
    """Something to measure. `run` gets the number of the round; `server` is whose processor time counts."""

    name: str
    run: Callable[[int], Outcome]
    server: Server | None = None


@dataclass
class Figures:
    """One row over all rounds: answers a second, milliseconds at the 99th percentile, processor time of
    the server in microseconds an answer."""

    rates: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)

    def note(self, outcome: Outcome, cpu_seconds: float | None) -> None:
        assert outcome.answers, "a row without an answer says nothing"
        self.rates.append(outcome.rate)
        self.p99_ms.append(percentile(outcome.latencies, 0.99) * 1000)
        if cpu_seconds is not None:
            self.cpu_us.append(cpu_seconds / outcome.answers * 1e6)


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that so great a `part` of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(part * len(ordered)) - 1)]


def ratio(ours: Figures, beside: Figures) -> float:
    """The median of the rounds' ratios of rates: neighbours in time are compared with each other."""
    return median(one / other for one, other in zip(ours.rates, beside.rates, strict=True))


def measure(rows: Sequence[Row], rounds: int) -> dict[str, Figures]:
    """All rows, `rounds` times, every other round backwards; a round before them warms up and is dropped."""
    figures = {row.name: Figures() for row in rows}
    for number in range(rounds + 1):
        for row in rows if number % 2 else reversed(rows):
            before = row.server.cpu_seconds() if row.server else None
            outcome = row.run(number)
            used = row.server.cpu_seconds() - before if row.server and before is not None else None
            if number:
                figures[row.name].note(outcome, used)
    return figures
