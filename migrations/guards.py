"""What the database itself refuses, in the words of SQLite and of PostgreSQL.

Called by the migrations that make the tables. Written here once, since the same two sentences guard several
tables; a change of a guard is a new function, never an edit, so that old migrations keep their meaning.
"""

from alembic import op

_REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on `table` (and TRUNCATE, where there is such a thing)."""
    if _is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(_REFUSE_CHANGE)
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def drop_append_only(table: str) -> None:
    """Take the guard away, for a migration that has to change rows and sets it again."""
    if _is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_refuses_{verb}")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")


_TOLD = "EXISTS (SELECT 1 FROM audit_event WHERE verb = 'audit.erase' AND subject = OLD.event_id)"


def erasable(table: str) -> None:
    """Refuse UPDATE always, and DELETE (of a row with an `event_id`) unless an event tells of the erasure."""
    if _is_sqlite():
        for verb, when in (("UPDATE", ""), ("DELETE", f"WHEN NOT {_TOLD} ")):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_erasable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND {_TOLD} THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_erasable BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_erasable()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


_UNBALANCED = """
(SELECT count(*) FROM ledger_entry WHERE group_id = NEW.id) < 2
OR EXISTS (SELECT 1 FROM ledger_entry WHERE group_id = NEW.id GROUP BY currency HAVING sum(amount_minor) <> 0)
"""
_SEALED = "EXISTS (SELECT 1 FROM ledger_group WHERE id = NEW.group_id)"


def ledger_balances() -> None:
    """A ledger group is accepted only when its entries are there and sum to zero; then it takes no more."""
    guards = (
        ("ledger_group", "balances", _UNBALANCED, "ledger group does not balance"),
        ("ledger_entry", "sealed", _SEALED, "ledger group is closed"),
    )
    for table, name, condition, message in guards:
        if _is_sqlite():
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
        )


def replace_check(table: str, name: str, old: str, new: str) -> None:
    """Change the condition of a CHECK from `old` to `new`, both as they stand in the table's SQL.

    SQLite cannot alter one, and a table that is copied loses its triggers and the references to it. Its manual
    (lang_altertable, part 7) has the way for changes that leave the rows as they are: rewrite the stored SQL.
    """
    if not _is_sqlite():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, new)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? AND instr(sql, ?)",
        (old, new, table, old),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise RuntimeError(f"{table} has no check {old}")


def drop_functions(*names: str) -> None:
    """For downgrades: SQLite has no functions, and a table's triggers go with the table."""
    if not _is_sqlite():
        for name in names:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
