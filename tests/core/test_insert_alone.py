"""One row in a transaction of its own, by the driver: kept once, in the write lock's turn, on living connections."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Engine, Insert, MetaData, Table, create_engine, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core import engine as engines
from core.db import Id, UtcDateTime
from core.engine import insert_alone, prepare_engine
from core.settings import Settings

NOTE = Table(
    "note_alone", MetaData(), Column("id", Id, primary_key=True), Column("at", UtcDateTime, nullable=True)
)
AT = datetime(2026, 3, 8, 1, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-6)))


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """With a table of notes in it."""
    made = create_engine(settings.database_url, pool_size=1, max_overflow=0)
    prepare_engine(made)
    with made.begin() as connection:
        NOTE.drop(connection, checkfirst=True)
        NOTE.create(connection)
    yield made
    with made.begin() as connection:
        NOTE.drop(connection)
    made.dispose()


def _statement(engine: Engine) -> Insert:
    kind = sqlite_insert if engine.dialect.name == "sqlite" else postgresql_insert
    return kind(NOTE).on_conflict_do_nothing()


def test_a_row_is_kept_once_with_values_as_the_columns_type_makes_them(engine: Engine) -> None:
    statement = _statement(engine)
    assert [insert_alone(engine, statement, {"id": "a", "at": AT}) for _each in range(2)] == [1, 0]
    assert insert_alone(engine, statement, {"id": "b", "at": None}) == 1
    with engine.connect() as connection:
        rows = connection.execute(select(NOTE).order_by(NOTE.c.id)).all()
    assert [tuple(row) for row in rows] == [("a", AT.astimezone(UTC)), ("b", None)]
    with pytest.raises(ValueError, match="naive"):
        insert_alone(engine, statement, {"id": "c", "at": datetime(2026, 1, 1)})  # noqa: DTZ001


def test_the_connection_goes_back_as_it_came(engine: Engine) -> None:
    """The next transaction on it can be rolled back."""
    insert_alone(engine, _statement(engine), {"id": "a", "at": AT})
    with engine.connect() as connection:
        connection.execute(_statement(engine), {"id": "b", "at": AT})
        connection.rollback()
        assert connection.scalar(select(func.count()).select_from(NOTE)) == 1


def test_it_waits_for_whoever_is_writing(engine: Engine) -> None:
    other = create_engine(engine.url)
    prepare_engine(other)
    kept: list[int] = []
    row = {"id": "a", "at": AT}
    waiting = threading.Thread(target=lambda: kept.append(insert_alone(engine, _statement(engine), row)))
    with other.connect().execution_options(begin_immediate=True) as connection, connection.begin():
        connection.execute(_statement(engine), row)
        waiting.start()
    waiting.join(timeout=10)
    other.dispose()
    assert kept == [0]  # the other's row was there first


def test_a_connection_that_died_is_not_taken_again(engine: Engine, settings: Settings) -> None:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
        other = create_engine(settings.database_url)
        with other.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
        other.dispose()
        with suppress(engine.dialect.loaded_dbapi.Error):
            insert_alone(engine, _statement(engine), {"id": "a", "at": AT})
    assert insert_alone(engine, _statement(engine), {"id": "b", "at": AT}) == 1


@pytest.mark.pure
def test_it_does_not_wait_for_ever(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = [create_engine(f"sqlite:///{tmp_path}/shared.sqlite") for _each in range(2)]
    for each in pair:
        prepare_engine(each)
    with pair[0].begin() as connection:
        NOTE.create(connection)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0)
    with pair[0].connect().execution_options(begin_immediate=True) as connection, connection.begin():
        connection.execute(_statement(pair[0]), {"id": "a", "at": AT})
        with pytest.raises(pair[1].dialect.loaded_dbapi.OperationalError, match="locked"):
            insert_alone(pair[1], _statement(pair[1]), {"id": "b", "at": AT})
    for each in pair:
        each.dispose()
