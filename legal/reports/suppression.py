"""Hiding small counts of a public table so that nobody can compute them from what is left.

Cells from 1 to k-1 are hidden first; zero says nothing about anybody and stays. Then further cells are hidden
until no hidden cell is alone in a published total, and a rank test over all published totals proves that none
can be solved for. A hidden cell is None, never 0.

A cell is named by its place on each axis, such as (row, column) or (month, phase, class). A margin is the set
of axes by which totals are published: (0,) publishes one total for each place on the first axis.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction

#: Thresholds in use: 11 for tables that the public sees, 5 within an organisation.
PUBLIC_K, INTERNAL_K = 11, 5

Table = Sequence[Sequence[int]]
Published = list[list[int | None]]
Cell = tuple[int, ...]
Margins = Sequence[tuple[int, ...]]

ROWS_AND_COLUMNS: Margins = ((0,), (1,))


class NotATable(ValueError):
    """The rows differ in length, a count is negative, or the threshold is below 2."""


class CannotHide(ValueError):
    """Small counts stay solvable whatever is hidden: a table of one line tells them by its totals."""


def suppress(table: Table, *, k: int = PUBLIC_K) -> Published:
    """The table with None in place of every cell that must not be read, all row and column totals and the
    grand total being published beside it. Raises NotATable, CannotHide."""
    if len({len(cells) for cells in table}) > 1:
        raise NotATable("the rows differ in length")
    counts = {(row, column): count for row, cells in enumerate(table) for column, count in enumerate(cells)}
    hidden = hide(counts, k=k, margins=ROWS_AND_COLUMNS)
    return [
        [None if (row, column) in hidden else count for column, count in enumerate(cells)]
        for row, cells in enumerate(table)
    ]


def audit(published: Sequence[Sequence[int | None]]) -> set[Cell]:
    """The cells that a published table hides and yet gives away; empty when it is safe."""
    hidden = {
        (row, column)
        for row, cells in enumerate(published)
        for column, count in enumerate(cells)
        if count is None
    }
    return solvable(hidden, ROWS_AND_COLUMNS)


def hide(counts: Mapping[Cell, int], *, k: int, margins: Margins, also: Collection[Cell] = ()) -> set[Cell]:
    """The cells that must not be published beside totals by these margins; `also` names some that must be
    hidden whatever their count. Cells without a count are zero and known to be. Raises NotATable, CannotHide."""
    if k < 2:
        raise NotATable("a threshold below 2 hides nothing")
    if any(count < 0 for count in counts.values()):
        raise NotATable("a count is negative")
    hidden = {cell for cell, count in counts.items() if 0 < count < k or (count and cell in also)}
    while solved := _alone(hidden, margins) or solvable(hidden, margins):
        hidden.add(_complement(counts, hidden, solved, margins))
    return hidden


def solvable(hidden: Collection[Cell], margins: Margins) -> set[Cell]:
    """The hidden cells whose value follows from the published cells and totals: the audit.

    A cell is solvable when its unit vector lies in the space that the equations of the totals span.
    """
    rows = [dict.fromkeys(line, Fraction(1)) for line in _lines(hidden, margins)]
    return {cell for row in _reduced(rows) if len(row) == 1 for cell in row}


def _lines(hidden: Collection[Cell], margins: Margins) -> Iterator[list[Cell]]:
    """The hidden cells of each published total."""
    for margin in margins:
        lines: dict[Cell, list[Cell]] = {}
        for cell in sorted(hidden):
            lines.setdefault(_place(cell, margin), []).append(cell)
        yield from lines.values()


def _place(cell: Cell, margin: tuple[int, ...]) -> Cell:
    return tuple(cell[axis] for axis in margin)


def _alone(hidden: Collection[Cell], margins: Margins) -> set[Cell]:
    """What a single subtraction gives away: quick to see, and nearly always enough."""
    return {line[0] for line in _lines(hidden, margins) if len(line) == 1}


def _complement(counts: Mapping[Cell, int], hidden: set[Cell], solved: set[Cell], margins: Margins) -> Cell:
    """A published cell in line with a solvable one: rather one that stands in line with hidden cells on its
    other sides too and so closes a circle, and that is small.

    Never a zero: with every hidden cell at 1 or more, a cell on a circle could be one more or one less, so
    that knowing that counts are not negative does not help either.
    """
    held = [{_place(cell, margin) for cell in hidden} for margin in margins]
    shown = [cell for cell, count in counts.items() if count and cell not in hidden]
    for cell in sorted(solved):
        beside = [
            each for each in shown if any(_place(each, margin) == _place(cell, margin) for margin in margins)
        ]
        if beside:
            return min(
                beside,
                key=lambda each: (
                    sum(_place(each, margin) not in held[at] for at, margin in enumerate(margins)),
                    counts[each],
                    each,
                ),
            )
    raise CannotHide("no published count is left to hide: publish fewer totals, or merge lines")


Row = dict[Cell, Fraction]


def _reduced(rows: list[Row]) -> list[Row]:
    """The rows in reduced echelon form, exact; what is zero is left out of a row."""
    done: list[Row] = []
    while rows:
        row = rows.pop()
        if not row:
            continue
        column = min(row)
        pivot = {cell: value / row[column] for cell, value in row.items()}
        rows = [_without(each, pivot, column) for each in rows]
        done = [*(_without(each, pivot, column) for each in done), pivot]
    return done


def _without(row: Row, pivot: Row, column: Cell) -> Row:
    factor = row.get(column)
    if factor is None:
        return row
    left = dict(row)
    for cell, value in pivot.items():
        rest = left.pop(cell, Fraction(0)) - factor * value
        if rest:
            left[cell] = rest
    return left
