"""The figures in print: rows first, then each beside its limit."""

import os
import platform
from collections.abc import Iterator

from bench.programme import RATIOS, Beside
from bench.rounds import Figures, ratio
from bench.servers import THREADS, WORKERS
from bench.theatre import SMALL, Theatre

#: A cold page is made by so many statements at the most.
MOST_STATEMENTS = 3


def heading() -> str:
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, Granian (WSGI) with {WORKERS} workers of"
        f" {THREADS} blocking thread each.\nRows are measured in turn, round by round; figures are medians."
    )


def lines(kind: str, house: Theatre, figures: dict[str, Figures]) -> Iterator[str]:
    """Everything about one database. `p99` is in milliseconds, `cpu` the server's microseconds an answer."""
    yield f"\n{kind}: drives with {SMALL:,} (small) and {house.plan.gifts:,} gifts (large)"
    yield f"page of {house.page_bytes:,} bytes; {house.plan.rounds} rounds of {house.plan.seconds} s a row\n"
    yield f"{'':34}{'per second':>12}{'from':>9}{'to':>9}{'p99 ms':>9}{'cpu us':>9}"
    for name, each in figures.items():
        yield row_line(name, each)
    yield f"\n{'':58}{'ratio':>8}{'target':>9}"
    for beside in RATIOS:
        if beside.ours in figures and beside.limit in figures:
            yield _ratio(beside, figures)
    for name, which in (("small", house.small), ("large", house.large)):
        count = len(which.statements)
        verdict = "met" if count <= MOST_STATEMENTS else "MISSED"
        yield f"{f'statements of a cold view, {name}':58}{count:>8}{MOST_STATEMENTS:>6} at most  {verdict}"


def row_line(name: str, each: Figures) -> str:
    cpu = f"{sorted(each.cpu_us)[len(each.cpu_us) // 2]:9,.0f}" if each.cpu_us else " " * 9
    p99 = sorted(each.p99_ms)[len(each.p99_ms) // 2]
    low, high = min(each.rates), max(each.rates)
    return f"{name:34}{each.rate:12,.0f}{low:9,.0f}{high:9,.0f}{p99:9.1f}{cpu}"


def _ratio(beside: Beside, figures: dict[str, Figures]) -> str:
    found = ratio(figures[beside.ours], figures[beside.limit]) / beside.share
    words = f"{beside.ours} / {beside.limit}" + (f" ({beside.note})" if beside.note else "")
    line = f"{words:58}{found:8.0%}"
    if beside.target is None:
        return line
    return f"{line}{beside.target:9.0%}  {'met' if found >= beside.target else 'MISSED'}"
