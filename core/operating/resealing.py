"""Sealing everything again with the newest key, so that older keys can be retired.

Goes through every table that has sealed columns, some rows at a time, each batch a transaction of its
caller's. What the newest key has sealed already is left as it is, so that a rotation that was broken off
goes on where it stood when it is started again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, TableClause, Text, column, select, update
from sqlalchemy import table as table_clause

from core import sealed
from core.db import Model, db
from core.sealed import SealedText

#: Columns of others' making that hold sealed texts with commas between say so by this word in their `info`.
SEALED_LIST = "sealed_list"
BATCH = 200


@dataclass(frozen=True)
class Batch:
    #: Primary key of the last row seen; None when no row was left.
    last: Any
    resealed: int


def sealed_tables() -> Iterator[Table]:
    """Every table with a sealed column."""
    for table in Model.metadata.sorted_tables:
        if _sealed_columns(table):
            yield table


def _sealed_columns(table: Table) -> list[Column[Any]]:
    return [each for each in table.c if isinstance(each.type, SealedText) or each.info.get(SEALED_LIST)]


def reseal_batch(table: Table, after: Any = None, *, size: int = BATCH) -> Batch:
    """Seal the next rows in the order of their key, within the caller's transaction; counts rows changed.

    Raises CannotOpen, naming the row, for a value that no configured key opens.
    """
    raw = _raw(table)
    key, *columns = raw.c
    query = select(raw).order_by(key).limit(size).with_for_update()
    rows = db.session.execute(query if after is None else query.where(key > after)).all()
    resealed = 0
    for row in rows:
        held = zip(columns, row[1:], strict=True)
        try:
            changed = {column.name: new for column, old in held if (new := _again(old)) != old}
        except sealed.CannotOpen as refusal:
            raise sealed.CannotOpen(f"{table.name} {row[0]}: {refusal}") from None
        if changed:
            db.session.execute(update(raw).where(key == row[0]).values(changed))
            resealed += 1
    return Batch(rows[-1][0] if rows else None, resealed)


def _raw(sealed_table: Table) -> TableClause:
    """The key and the sealed columns, as the database keeps them."""
    (key,) = sealed_table.primary_key
    columns = (
        column(each.name, LargeBinary() if isinstance(each.type, SealedText) else Text())
        for each in _sealed_columns(sealed_table)
    )
    return table_clause(sealed_table.name, column(key.name, key.type), *columns)


def _again(value: Any) -> Any:
    if isinstance(value, str):
        return ",".join(sealed.reseal(each.encode()).decode() for each in value.split(",") if each)
    return None if value is None else sealed.reseal(bytes(value))
