"""PostgreSQL: COPY of every table within one snapshot, parents before children; no program besides ours."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, inspect

from core import schema
from core.backup.archive import Part, Writer, is_kept


def dump(engine: Engine, writer: Writer) -> dict[str, int]:
    """Write every table as it is at one moment; says how many rows of each."""
    tables = _tables(engine)
    rows: dict[str, int] = {}
    with engine.connect() as connection:
        cursor = _driver(connection).cursor()
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table, columns in tables:
            writer.part(table, columns, _copied(cursor, table, columns), lambda: {table: cursor.rowcount})  # noqa: B023
            rows[table] = cursor.rowcount
    return rows


def count(part: Part) -> dict[str, int]:
    """COPY writes one line a row, and line breaks within values as two other characters."""
    return {part.name: sum(chunk.count(b"\n") for chunk in part.chunks)}


def load(engine: Engine, revision: str, parts: Iterable[Part]) -> None:
    """Take the schema away and make that of the backup, with its triggers; then fill it, all or nothing."""
    schema.downgrade(engine, "base")
    schema.upgrade(engine, revision)
    names = [table for table, _columns in _tables(engine)]
    with engine.connect() as connection, connection.begin():
        cursor = _driver(connection).cursor()
        # What the guards refuse one row at a time they would refuse here too, though the whole is right.
        _each(cursor, names, "ALTER TABLE {} DISABLE TRIGGER USER")
        _each(cursor, names[::-1], "DELETE FROM {}")
        for part in parts:
            with cursor.copy(_statement("COPY {} ({}) FROM STDIN", part.name, part.columns)) as copy:
                for chunk in part.chunks:
                    copy.write(chunk)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checks that wait for the commit hold the tables
        _count_on(cursor)
        _each(cursor, names, "ALTER TABLE {} ENABLE TRIGGER USER")


def _driver(connection: Any) -> psycopg.Connection:
    return connection.connection.driver_connection


def _tables(engine: Engine) -> list[tuple[str, list[str]]]:
    """Name and columns of each table, those that are referred to first."""
    found = inspect(engine)
    ordered = [name for name, _keys in found.get_sorted_table_and_fkc_names() if name and is_kept(name)]
    return [(name, [column["name"] for column in found.get_columns(name)]) for name in ordered]


def _statement(template: str, table: str, columns: list[str]) -> sql.Composed:
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(template).format(sql.Identifier(table), named)  # pyright: ignore[reportArgumentType]


def _copied(cursor: psycopg.Cursor, table: str, columns: list[str]) -> Iterator[bytes]:
    with cursor.copy(_statement("COPY {} ({}) TO STDOUT", table, columns)) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _each(cursor: psycopg.Cursor, tables: list[str], statement: str) -> None:
    for table in tables:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))  # pyright: ignore[reportArgumentType]


def _count_on(cursor: psycopg.Cursor) -> None:
    """Let each numbering go on after the highest number restored."""
    cursor.execute(
        "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) "
        "FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
    )
    for table, column, numbering in cursor.fetchall():
        highest = sql.SQL("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}").format(
            sql.Literal(numbering), sql.Identifier(column), sql.Identifier(table)
        )
        cursor.execute(highest)
