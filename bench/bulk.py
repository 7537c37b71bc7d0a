"""Rows into tables as fast as each database takes them."""

from typing import Any

from sqlalchemy import Connection, insert

from core.db import Model


def write(connection: Connection, model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns: COPY on PostgreSQL, one prepared INSERT on SQLite."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(model), rows)
        return
    table: Any = model.__table__
    defaults = [each for each in table.columns if each.name not in rows[0] and each.default is not None]
    names = [*rows[0], *(each.name for each in defaults)]
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([*row.values(), *(_default(each) for each in defaults)])


def _default(column: Any) -> Any:
    return column.default.arg if column.default.is_scalar else column.default.arg(None)
