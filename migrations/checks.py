"""Changing the rules of a table that is in use: SQLite has no ALTER for it, and copying a table that others
refer to is not possible within a transaction.

The way is SQLite's own for changes that leave the rows as they are: the table's text is edited and the
schema's version raised (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema
Changes").
"""

from alembic import op
from sqlalchemy import Connection, text


def replace_check(table: str, name: str, *, old: str, new: str) -> None:
    """Put the condition `new` in place of `old` in the constraint `ck_<table>_<name>`."""
    constraint = f"ck_{table}_{name}"
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(constraint), table, type_="check")
        op.create_check_constraint(op.f(constraint), table, new)
        return
    before, after = (f"CONSTRAINT {constraint} CHECK ({condition})" for condition in (old, new))
    _edit(connection, table, before, after)


def add_column(table: str, name: str, kind: str, rule: str = "") -> None:
    """Add a column with its constraints, in words that both databases read."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind} {rule}")


def drop_column(table: str, name: str, kind: str, rule: str = "") -> None:
    """Take back what `add_column` added. SQLite first has to forget the constraints."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite" and rule:
        _edit(connection, table, f"{name} {kind} {rule}", f"{name} {kind}")
    op.drop_column(table, name)


def allow_null(table: str, name: str, kind: str) -> None:
    """Let a column be empty."""
    if op.get_bind().dialect.name == "sqlite":
        _edit(op.get_bind(), table, f"{name} {kind} NOT NULL", f"{name} {kind}")
    else:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")


def refuse_null(table: str, name: str, kind: str) -> None:
    """The opposite of `allow_null`; the caller has filled what is empty."""
    if op.get_bind().dialect.name == "sqlite":
        _edit(op.get_bind(), table, f"{name} {kind}", f"{name} {kind} NOT NULL")
    else:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL")


def _edit(connection: Connection, table: str, before: str, after: str) -> None:
    written = connection.scalar(
        text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"), {"table": table}
    )
    if before not in written:
        raise RuntimeError(f"{table} is not what it was expected to be: {before}")
    version = connection.scalar(text("PRAGMA schema_version"))
    connection.execute(text("PRAGMA writable_schema = ON"))
    connection.execute(
        text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": written.replace(before, after), "table": table},
    )
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))
