"""Building a report: certified work of closed months as a public table that gives nobody's entry away.

Reports of a campaign never speak of the same work twice: each begins where the one before ended, and work
that is certified late is told with the first months of the next. So nothing can be learned by taking one
report from another that the later one does not say itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from core.errors import Conflict
from legal.reports.counting import Tally, Worked
from legal.reports.folding import Months, fold_lines, merge_months
from legal.reports.suppression import CannotHide, Cell, hide

#: The one line of an axis by which nothing can be told apart.
ALL = "all"
#: Totals are published by month, by phase and by class.
MARGINS = ((0,), (1,), (2,))


@dataclass(frozen=True)
class Lines:
    """How months, phases and classes stand in the table. `months` is in order; the two maps name the line of
    every phase and class."""

    months: list[Months]
    phases: Mapping[str, str]
    classes: Mapping[str, str]

    def cell_of(self, work: Worked) -> Cell | None:
        """Months, phase and class by their places; None for work in months that wait for a later report.
        Earlier work than the first months was certified late and is told with them."""
        at = next((at for at, run in enumerate(self.months) if work.month <= run.last), None)
        if at is None:
            return None
        phase, of_class = self.phases[work.phase], self.classes[work.classification]
        return (at, self._places["phases", phase], self._places["classes", of_class])

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        axes = ("phases", "classes")
        return {(axis, name): at for axis in axes for at, name in enumerate(self.names(axis))}

    @property
    def are_months_alone(self) -> bool:
        return {*self.phases.values(), *self.classes.values()} <= {ALL}

    def names(self, axis: str) -> list[str]:
        """The lines of `phases` or `classes`, the one that holds the rest at the end."""
        return sorted({*getattr(self, axis).values()}, key=lambda name: (name.islower(), name))


@dataclass
class Hours:
    """The table as it is and as it may be shown. `hidden` is a part of `cells`; `small` a part of `hidden`,
    the rest of which is hidden for their sake."""

    lines: Lines
    cells: dict[Cell, Tally] = field(default_factory=dict)
    hidden: set[Cell] = field(default_factory=set)
    small: set[Cell] = field(default_factory=set)
    work: list[Worked] = field(default_factory=list)

    def total(self, axis: int, place: int) -> Tally | None:
        return add(tally for cell, tally in self.cells.items() if cell[axis] == place)


def add(tallies: Any) -> Tally | None:
    """The sum, None of nothing."""
    total = None
    for tally in tallies:
        total = total + tally if total else tally
    return total


def fill(work: Collection[Worked], lines: Lines) -> Hours:
    """The table of the work that falls into the lines' months; nothing is hidden yet."""
    hours = Hours(lines)
    for each in work:
        cell = lines.cell_of(each)
        if cell is not None:
            hours.work.append(each)
            hours.cells[cell] = hours.cells[cell] + each.tally if cell in hours.cells else each.tally
    return hours


def conceal(hours: Hours, *, k: int, also: Collection[Cell] = ()) -> Hours:
    """Hide what must not be shown at threshold k: cells of few entries or of one person, those that `also`
    names, and what would give them away. Raises CannotHide. Totals of months alone have nothing to hide."""
    if hours.lines.are_months_alone:
        return hours
    counts = {cell: tally.count for cell, tally in hours.cells.items()}
    narrow = {cell for cell, each in hours.cells.items() if each.count < k or not each.is_of_several}
    hours.small = narrow | ({*also} & counts.keys())
    hours.hidden = hide(counts, k=k, margins=MARGINS, also=hours.small)
    return hours


def lay_out(work: Collection[Worked], *, first: date, last: date, k: int) -> Hours:
    """The finest table of the months from `first` to `last` that can be published: by phase and class, by
    phase alone, or by month alone. Raises Conflict `too_little_to_publish`."""
    months = merge_months(_by(work, lambda each: max(each.month, first)), first=first, last=last)
    if not months:
        message = _(
            "These months tell too little to be published: each run of months needs three entries by two people."
        )
        raise Conflict("too_little_to_publish", message)
    kept = [each for each in work if each.month <= months[-1].last]
    phases = _fold(_by(kept, lambda each: each.phase), k)
    classes = _fold(_by(kept, lambda each: each.classification), k)
    all_classes, all_phases = dict.fromkeys(classes, ALL), dict.fromkeys(phases, ALL)
    for lines in (Lines(months, phases, classes), Lines(months, phases, all_classes)):
        try:
            return conceal(fill(kept, lines), k=k)
        except CannotHide:
            continue
    return fill(kept, Lines(months, all_phases, all_classes))


def _fold(tallies: Mapping[str, Tally], k: int) -> dict[str, str]:
    folded = fold_lines(tallies, k=k)
    return dict.fromkeys(folded, ALL) if len({*folded.values()}) == 1 else folded


def _by(work: Collection[Worked], name: Callable[[Worked], Any]) -> dict[Any, Tally]:
    sums: dict[Any, Tally] = {}
    for each in work:
        key = name(each)
        sums[key] = sums[key] + each.tally if key in sums else each.tally
    return sums
