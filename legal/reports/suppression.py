"""Hiding small counts of a public table so that nobody can compute them from what is left.

Cells from 1 to k-1 are hidden first; zero says nothing about anybody and stays. Then further cells of the
same line are hidden until no hidden cell is alone in a row or a column, and a rank test over all published
totals proves that none can be solved for. A hidden cell is None, never 0.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

#: Thresholds in use: 11 for tables that the public sees, 5 within an organisation.
PUBLIC_K, INTERNAL_K = 11, 5

Table = Sequence[Sequence[int]]
Published = list[list[int | None]]
Cell = tuple[int, int]


class NotATable(ValueError):
    """The rows differ in length, a count is negative, or the threshold is below 2."""


class CannotHide(ValueError):
    """Small counts stay solvable whatever is hidden: a table of one line tells them by its totals."""


def suppress(table: Table, *, k: int = PUBLIC_K) -> Published:
    """The table with None in place of every cell that must not be read, all row and column totals and the
    grand total being published beside it. Raises NotATable, CannotHide."""
    _check(table, k)
    hidden = {
        (row, column)
        for row, cells in enumerate(table)
        for column, count in enumerate(cells)
        if 0 < count < k
    }
    while True:
        solved = solvable(table, hidden)
        if not solved:
            break
        hidden.add(_complement(table, hidden, solved))
    return [
        [None if (row, column) in hidden else count for column, count in enumerate(cells)]
        for row, cells in enumerate(table)
    ]


def solvable(table: Table, hidden: set[Cell]) -> set[Cell]:
    """The hidden cells whose value follows from the published cells and totals: the audit.

    A cell is solvable when its unit vector lies in the space that the equations of the totals span.
    """
    cells = sorted(hidden)
    basis = _reduced(list(_equations(table, cells)))
    return {cell for index, cell in enumerate(cells) if _is_determined(basis, index)}


def audit(table: Table, published: Sequence[Sequence[int | None]]) -> set[Cell]:
    """The cells that a published table hides and yet gives away; empty when it is safe."""
    hidden = {
        (row, column)
        for row, cells in enumerate(published)
        for column, count in enumerate(cells)
        if count is None
    }
    return solvable(table, hidden)


def _check(table: Table, k: int) -> None:
    if k < 2:
        raise NotATable("a threshold below 2 hides nothing")
    if len({len(cells) for cells in table}) > 1:
        raise NotATable("the rows differ in length")
    if any(count < 0 for cells in table for count in cells):
        raise NotATable("a count is negative")


def _complement(table: Table, hidden: set[Cell], solved: set[Cell]) -> Cell:
    """A published cell in line with a solvable one: rather one that also stands in line with another hidden
    cell and so closes a rectangle, and that is small.

    Never a zero: with every hidden cell at 1 or more, a cell on a rectangle could be one more or one less,
    so that knowing that counts are not negative does not help either.
    """
    for row, column in sorted(solved):
        across = [(row, other) for other in range(len(table[row]))]
        down = [(other, column) for other in range(len(table))]
        beside = [cell for cell in across + down if cell not in hidden and table[cell[0]][cell[1]]]
        if beside:
            return min(
                beside,
                key=lambda cell, by=(row, column): (
                    not _closes(hidden, by, cell),
                    table[cell[0]][cell[1]],
                    cell,
                ),
            )
    raise CannotHide("no published count is left to hide: publish fewer totals, or merge lines")


def _closes(hidden: set[Cell], solved: Cell, cell: Cell) -> bool:
    line = 1 if cell[0] == solved[0] else 0
    return any(other[line] == cell[line] for other in hidden if other != solved)


def _equations(table: Table, cells: Sequence[Cell]) -> Iterator[list[Fraction]]:
    """One equation for each row and each column total, over the hidden cells alone."""
    for row in range(len(table)):
        yield [Fraction(cell[0] == row) for cell in cells]
    for column in range(len(table[0]) if table else 0):
        yield [Fraction(cell[1] == column) for cell in cells]


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The rows in reduced echelon form, exact."""
    done: list[list[Fraction]] = []
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        rows = [_without(row, pivot, column) for row in rows]
        done = [*(_without(row, pivot, column) for row in done), pivot]
    return done


def _without(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    factor = row[column]
    return [value - factor * other for value, other in zip(row, pivot, strict=True)]


def _is_determined(basis: list[list[Fraction]], index: int) -> bool:
    """In reduced form a determined cell has an equation of its own."""
    return any(row[index] and sum(map(bool, row)) == 1 for row in basis)
