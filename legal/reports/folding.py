"""Making the lines of a public table wide enough: months that tell little merge into the next one, and
phases and classes of few entries become one line.

A total is published for each line, so no line may hold what would give one person's work away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from legal.reports.counting import Tally

#: A month with fewer entries, or with the work of one person alone, merges into the next.
FEWEST_ENTRIES = 3
OTHER = "other"


@dataclass(frozen=True)
class Months:
    """A run of whole months, named by the first day of its first and of its last one."""

    first: date
    last: date


def next_month(month: date) -> date:
    year, index = divmod(month.year * 12 + month.month, 12)
    return date(year, index + 1, 1)


def merge_months(tallies: Mapping[date, Tally], *, first: date, last: date) -> list[Months]:
    """The months from `first` to `last` in runs that each tell enough. What is left at the end waits for a
    later report; months without any work at the end are told as such."""
    runs: list[Months] = []
    begins, held, month = first, None, first
    while month <= last:
        tally = tallies.get(month)
        held = held + tally if held and tally else held or tally
        if held is None or (held.entries >= FEWEST_ENTRIES and held.is_of_several):
            runs.append(Months(begins, month))
            begins, held = next_month(month), None
        month = next_month(month)
    return runs


def fold_lines(tallies: Mapping[str, Tally], *, k: int) -> dict[str, str]:
    """Each name with the line that it stands on: its own, or `OTHER` where it holds fewer than k entries or
    the work of one person alone. `OTHER` takes in the smallest line while it is too small itself."""
    small = {name for name, tally in tallies.items() if _is_small(tally, k)}
    while small and len(small) < len(tallies):
        if not _is_small(_sum(tallies[name] for name in small), k):
            break
        small.add(min(tallies.keys() - small, key=lambda name: (tallies[name].count, name)))
    return {name: OTHER if name in small else name for name in tallies}


def _is_small(tally: Tally, k: int) -> bool:
    return tally.entries < k or not tally.is_of_several


def _sum(tallies: Iterable[Tally]) -> Tally:
    each = list(tallies)
    total = each[0]
    for tally in each[1:]:
        total = total + tally
    return total
