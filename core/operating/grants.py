"""What a restricted role of PostgreSQL may do, as statements to run once as the owner of the database.

The owner migrates. Web and workers connect as the role: it reads and adds everywhere, changes what is not
append-only, and can neither take a guard away nor change the schema.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
#: Tables whose guard function refuses changes of rows (migrations/guards.py).
_APPEND_ONLY = text(
    "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'refuse_change' "
    "AND (t.tgtype & 24) <> 0 ORDER BY 1"  # 8: DELETE, 16: UPDATE
)
#: Tables whose rows may be deleted where their guard allows it, and never changed.
_ERASABLE = text(
    "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname LIKE '%\\_erasable'"
)
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")


def statements(connection: Connection, role: str) -> Iterator[str]:
    """Raises ValueError for a name that would need quoting."""
    if not _ROLE.fullmatch(role):
        raise ValueError("A role's name has small letters, digits and underscores alone.")
    kept, erasable = set(connection.scalars(_APPEND_ONLY)), set(connection.scalars(_ERASABLE))
    (schema,) = connection.execute(text("SELECT current_schema()")).one()
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role};"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role};"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};"
    for table in connection.scalars(_TABLES):
        if table == "alembic_version":
            verbs = "SELECT"
        elif table in kept:
            verbs = "SELECT, INSERT"
        elif table in erasable:
            verbs = "SELECT, INSERT, DELETE"
        else:
            verbs = "SELECT, INSERT, UPDATE, DELETE"
        yield f'GRANT {verbs} ON "{table}" TO {role};'
