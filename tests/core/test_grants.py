"""A restricted role of PostgreSQL works, and can neither change what is append-only nor take a guard away."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import transaction
from core.operating import grants
from staff import audit, organising
from tests.conftest import Cast

REFUSED = (
    "UPDATE audit_event SET verb = 'forged'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "UPDATE audit_detail SET reason = 'forged'",
    "DELETE FROM ledger_entry",
    "UPDATE ledger_group SET kind = 'forged'",
    "ALTER TABLE audit_event DISABLE TRIGGER USER",
    "DROP TRIGGER audit_event_append_only ON audit_event",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (id INT)",
    "UPDATE alembic_version SET version_num = '0000'",
)


def test_the_role_works_and_cannot_rewrite_the_past(
    app: Flask, cast: Cast, session: Session, database_kind: str
) -> None:
    with transaction():
        organising.edit(cast.actor("alice"), name="Before")
    if database_kind == "sqlite":
        answer = app.test_cli_runner().invoke(args=["grants", "amparo_web"])
        assert answer.exit_code == 1
        assert "SQLite has none" in answer.output
        return
    session.execute(text("CREATE ROLE amparo_web_test"))
    for statement in list(grants.statements(session.connection(), "amparo_web_test")):
        session.execute(text(statement))
    session.execute(text("SET LOCAL ROLE amparo_web_test"))
    organising.edit(cast.actor("alice"), name="After")
    assert audit.erase_details(cast.actor("alice"), [cast.refugio.id], reason="Asked") == 2
    assert list(audit.verify()) == []
    for refused in REFUSED:
        with (
            pytest.raises(DBAPIError, match=r"permission denied|must be owner|append-only"),
            session.begin_nested(),
        ):
            session.execute(text(refused))


@pytest.mark.pure
def test_a_name_that_is_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="small letters"):
        list(grants.statements(None, "x; DROP TABLE gift"))  # pyright: ignore[reportArgumentType]
