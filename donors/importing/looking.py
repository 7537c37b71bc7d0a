"""What an import's rows are and became: counts, sums, the rows that were left out and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from core.db import db
from core.errors import NotFound
from core.money import Money
from donors.importing.checking import judge_of
from donors.importing.gift_import import (
    PIECE_ROWS,
    ROW_BAD,
    ROW_DUPLICATE,
    ROW_IMPORTED,
    ROW_OK,
    ROW_SKIPPED,
    ROW_UNDONE,
    WORKING,
    GiftImport,
    ImportRow,
)
from donors.importing.judging import Judged
from donors.importing.pieces import piece_numbers, read_piece
from donors.importing.reasons import sentence

#: Rows that are no gifts of this import, as a list may be narrowed.
LEFT_OUT = (ROW_BAD, ROW_SKIPPED, ROW_DUPLICATE)
_PREVIEW = 8


@dataclass(frozen=True)
class Standing:
    """How many rows are what, what they come to in the drive's currency, and how far the present work is."""

    counts: dict[str, int]
    sums: dict[str, Money]
    #: Each reason with its number of rows, the commonest first.
    reasons: list[tuple[str, str, str, int]]
    share: float
    #: Of the rows to import or imported, those that count toward the drive's goals: how many, and their sum.
    counting: tuple[int, Money]

    def count(self, status: str) -> int:
        return self.counts.get(status, 0)

    @property
    def to_import(self) -> int:
        return self.count(ROW_OK)

    @property
    def bad(self) -> int:
        return self.count(ROW_BAD)

    @property
    def duplicates(self) -> int:
        return self.count(ROW_DUPLICATE)

    @property
    def imported(self) -> int:
        return self.count(ROW_IMPORTED)

    @property
    def undone(self) -> int:
        return self.count(ROW_UNDONE)


def standing(found: GiftImport) -> Standing:
    mine = ImportRow.import_id == found.id
    counts: dict[str, int] = {}
    sums: dict[str, Money] = {}
    query = (
        select(ImportRow.status, func.count(), func.coalesce(func.sum(ImportRow.amount_minor), 0))
        .where(mine)
        .group_by(ImportRow.status)
    )
    for status, count, minor in db.session.execute(query):
        counts[status], sums[status] = count, Money(int(minor or 0), found.drive.currency)
    grouped = (ImportRow.status, ImportRow.column_name, ImportRow.rule)
    reasons = (
        select(*grouped, func.count())
        .where(mine, ImportRow.status.in_(LEFT_OUT))
        .group_by(*grouped)
        .order_by(func.count().desc(), *grouped)
        .limit(50)
    )
    told = [(row[0], row[1], row[2], row[3]) for row in db.session.execute(reasons)]
    return Standing(counts, sums, told, _share(found, counts), _counting(found))


def _counting(found: GiftImport) -> tuple[int, Money]:
    query = select(func.count(), func.coalesce(func.sum(ImportRow.amount_minor), 0)).where(
        ImportRow.import_id == found.id,
        ImportRow.status.in_((ROW_OK, ROW_IMPORTED)),
        ImportRow.counts.is_(True),
    )
    count, minor = db.session.execute(query).one()
    return count, Money(int(minor or 0), found.drive.currency)


def _share(found: GiftImport, counts: dict[str, int]) -> float:
    """Between 0 and 1."""
    if found.state not in WORKING:
        return 1.0
    if found.state == "undoing":
        all_rows = counts.get(ROW_UNDONE, 0) + counts.get(ROW_IMPORTED, 0)
        return counts.get(ROW_UNDONE, 0) / all_rows if all_rows else 1.0
    return found.done / found.pieces


def rows_of(found: GiftImport, status: str = "") -> Select[ImportRow]:
    """The import's rows in their order, all or those of one status."""
    query = select(ImportRow).where(ImportRow.import_id == found.id)
    return (query.where(ImportRow.status == status) if status else query).order_by(ImportRow.number)


def preview(found: GiftImport) -> list[tuple[list[str], Judged]]:
    """The first rows with what they would be by the present mapping; none once the file is gone."""
    try:
        rows = read_piece(found.id, 0)[:_PREVIEW] if piece_numbers(found.id) else []
    except NotFound:
        return []
    judge = judge_of(found)
    return [(row, judge.judge(number, row)) for number, row in rows]


def left_out(found: GiftImport, status: str = ROW_BAD) -> Iterator[list[Any]]:
    """The rows of one status as they stand in the file, behind their number and why; a piece at a time.

    While the file is there: afterwards only number and reason are left.
    """
    numbers = piece_numbers(found.id)
    for number in numbers:
        rows = read_piece(found.id, number)
        why = _why(found, status, rows[0][0], rows[-1][0])
        for place, row in rows:
            if place in why:
                yield [place, why[place], *row]
    if not numbers:
        query = rows_of(found, status).with_only_columns(
            ImportRow.number, ImportRow.column_name, ImportRow.rule
        )
        for number, column, rule in db.session.execute(query.execution_options(yield_per=PIECE_ROWS)):
            yield [number, sentence(column, rule)]


def _why(found: GiftImport, status: str, first: int, last: int) -> dict[int, str]:
    query = select(ImportRow.number, ImportRow.column_name, ImportRow.rule).where(
        ImportRow.import_id == found.id,
        ImportRow.status == status,
        ImportRow.number >= first,
        ImportRow.number <= last,
    )
    return {row[0]: sentence(row[1], row[2]) for row in db.session.execute(query)}
