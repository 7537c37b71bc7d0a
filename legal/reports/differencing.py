"""The guard against taking one report from another: what a correction may change beside what it replaces.

Both stay public, so their difference is a public table as well. Every total that changed must have changed by
three entries of two people at least, and no cell may be solvable in the difference that changed by less
than k entries.
"""

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _

from core.errors import Conflict
from legal.reports.building import MARGINS, Hours, Lines, conceal, fill
from legal.reports.counting import Tally, Worked
from legal.reports.folding import FEWEST_ENTRIES
from legal.reports.suppression import CannotHide, Cell, solvable


def correct(
    before: dict[str, Any], lines: Lines, work: Collection[Worked], changed: Collection[Worked], *, k: int
) -> Hours:
    """The corrected table on the lines of the published content `before`; `changed` is what differs.

    Raises Conflict `difference_too_small` where the two reports together would give an entry away.
    """
    difference = fill(changed, lines)
    for axis in range(len(MARGINS)):
        for place in {cell[axis] for cell in difference.cells}:
            _check_line(difference.total(axis, place))
    narrow = {
        cell for cell, each in difference.cells.items() if abs(each.entries) < k or not each.is_of_several
    }
    try:
        hours = conceal(fill(work, lines), k=k, also=narrow)
    except CannotHide:
        raise _too_small() from None
    if not lines.are_months_alone and narrow & solvable(hours.hidden | _hidden(before, lines), MARGINS):
        raise _too_small()
    return hours


def _check_line(changed: Tally | None) -> None:
    if changed is not None and (abs(changed.entries) < FEWEST_ENTRIES or not changed.is_of_several):
        raise _too_small()


def _too_small() -> Conflict:
    return Conflict(
        "difference_too_small",
        _("So little has changed that both reports together would show one person's work. Wait for more."),
    )


def _hidden(content: dict[str, Any], lines: Lines) -> set[Cell]:
    months = [f"{run.first:%Y-%m}" for run in lines.months]
    phases, classes = lines.names("phases"), lines.names("classes")
    return {
        (months.index(row["first_month"]), phases.index(row["phase"]), classes.index(row["class"]))
        for row in content["hours"]["rows"]
        if row["reason"]
    }
