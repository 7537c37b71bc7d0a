"""SQLite's write lock is waited for, but not for ever; a connection that died while it rested is replaced."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from core import engine as engines
from core.engine import prepare_engine
from core.settings import Settings


@pytest.fixture
def file_of_two(tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """One SQLite file as two processes see it."""
    pair = [create_engine(f"sqlite:///{tmp_path / 'shared.sqlite'}") for _each in range(2)]
    for each in pair:
        prepare_engine(each)
    with pair[0].begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
    yield pair[0], pair[1]
    for each in pair:
        each.dispose()


def _write(engine: Engine, words: str) -> None:
    with engine.connect().execution_options(begin_immediate=True) as connection, connection.begin():
        connection.execute(text("INSERT INTO note VALUES (:words)"), {"words": words})


@pytest.mark.pure
def test_a_writer_waits_until_the_other_is_done(file_of_two: tuple[Engine, Engine]) -> None:
    first, second = file_of_two
    waiting = threading.Thread(target=_write, args=(second, "second"))
    with first.connect().execution_options(begin_immediate=True) as connection, connection.begin():
        connection.execute(text("INSERT INTO note VALUES ('first')"))
        waiting.start()
    waiting.join(timeout=10)
    with first.connect() as connection:
        assert connection.scalars(text("SELECT words FROM note ORDER BY rowid")).all() == ["first", "second"]


@pytest.mark.pure
def test_a_writer_does_not_wait_for_ever(
    file_of_two: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = file_of_two
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0)
    with (
        first.connect().execution_options(begin_immediate=True) as connection,
        connection.begin(),
    ):
        connection.execute(text("INSERT INTO note VALUES ('first')"))
        with pytest.raises(OperationalError, match="locked"):
            _write(second, "never")


def test_a_connection_that_died_while_it_rested_is_replaced(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = (create_engine(settings.database_url) for _each in range(2))
    prepare_engine(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        is_postgresql = engine.dialect.name == "postgresql"
        backend = connection.scalar(text("SELECT pg_backend_pid()")) if is_postgresql else None
    if backend is not None:
        with other.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
    monkeypatch.setattr(engines, "RESTED_SECONDS", 0)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    for each in (engine, other):
        each.dispose()
