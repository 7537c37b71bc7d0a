"""Migrations: numbered in sequence, equal to the models from zero, and reversible to nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from core import schema
from core.db import Model
from core.engine import prepare_engine
from core.settings import Settings
from tests.databases import fresh_url


@pytest.fixture
def engine(settings: Settings, database_kind: str, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of the kind at hand."""
    engine = create_engine(fresh_url(database_kind, tmp_path))
    prepare_engine(engine)
    yield engine
    engine.dispose()


def test_an_upgrade_from_zero_equals_the_models(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_a_downgrade_leaves_nothing_and_can_be_followed_by_an_upgrade(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            own = "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'"
            assert connection.execute(text(own)).all() == []
    schema.upgrade(engine)


@pytest.mark.pure
def test_migrations_are_numbered_in_sequence() -> None:
    numbers = [path.name[:4] for path in sorted((schema.MIGRATIONS / "versions").glob("*.py"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
