"""Many rows in one step, as fast as each database takes them: for work that comes in batches.

Rows of one call all have the same columns; what none of them says is filled with its column's default.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert

from core.db import Model, db, insert_for


def insert_rows(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Raises IntegrityError where a row is refused; then none is written."""
    if rows:
        table: Any = model.__table__
        db.session.execute(insert(table), list(rows))


def insert_new(model: type[Model], rows: Sequence[dict[str, Any]], key: str) -> set[Any]:
    """Insert the rows whose unique keys are not there yet; the values of `key` of those that were."""
    if not rows:
        return set()
    column: ColumnElement[Any] = model.__table__.c[key]
    statement = insert_for(model).on_conflict_do_nothing().returning(column)
    return set(db.session.scalars(statement, list(rows)))


def add_to_rows(
    model: type[Model], key: Sequence[str], add: Sequence[str], rows: Sequence[dict[str, Any]]
) -> list[Any]:
    """Add to the counters `add` of the rows with these primary keys, making those that are not there; each row's
    key and counters as they stand then. A key may come once. Rows are locked in the order of their keys."""
    if not rows:
        return []
    statement = insert_for(model)
    columns = model.__table__.c
    statement = statement.on_conflict_do_update(
        index_elements=list(key), set_={name: columns[name] + statement.excluded[name] for name in add}
    ).returning(*(columns[name] for name in (*key, *add)))
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    return list(db.session.execute(statement, ordered))
