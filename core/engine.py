"""What an engine needs besides its URL: SQLite's settings and its write lock, PostgreSQL's rested connections."""

import sqlite3
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Insert, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DisconnectionError

Written = TypeVar("Written")
#: Turns a value into what the driver takes.
_Bind = Callable[[Any], Any]

#: A pooled connection that has rested so long is asked whether it still lives.
RESTED_SECONDS = 2
#: How long SQLite's write lock is waited for.
BUSY_SECONDS = 15
_SHORTEST_NAP_SECONDS = 0.0002
_LONGEST_NAP_SECONDS = 0.002
_PRIMARY_CODE = 0xFF


def prepare_engine(engine: Engine) -> None:
    """Give SQLite what it lacks by default: WAL, durable commits, foreign keys, real transactions. Elsewhere,
    make sure that a connection which has rested is still alive."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", lambda *given: _wake(engine.dialect, *given))
        return
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "before_cursor_execute", _begin_sqlite)


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _wake(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    # Asking each time would be a round trip before every request; a busy connection proves itself.
    if time.monotonic() - record.info.get("rests_since", time.monotonic()) < RESTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as failure:
        raise DisconnectionError("the connection died while it rested") from failure


def _configure_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # Statements over thousands of rows find their pages again. (What is sorted stays in files: memory is flat.)
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection, *_: Any) -> None:
    """Begin just before the first statement: while it is prepared, the write lock is still free."""
    driver = connection.connection.driver_connection
    assert driver is not None
    if driver.in_transaction:
        return
    if connection.get_execution_options().get("begin_immediate"):
        _begin_writing(driver)
    else:
        driver.execute("BEGIN")


def _begin_writing(driver: sqlite3.Connection) -> None:
    when_free(driver, lambda: driver.execute("BEGIN IMMEDIATE"))


def when_free(driver: sqlite3.Connection, write: Callable[[], Written]) -> Written:
    """Do what takes SQLite's write lock, waiting for it in short naps.

    SQLite itself naps longer and longer, up to 100 ms, so that of two busy processes one writes and the
    other sleeps.
    """
    nap = _SHORTEST_NAP_SECONDS
    driver.execute("PRAGMA busy_timeout=0")
    try:
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return write()
            except sqlite3.OperationalError as refusal:
                if refusal.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(nap)
            nap = min(2 * nap, _LONGEST_NAP_SECONDS)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def insert_alone(engine: Engine, statement: Insert, values: dict[str, Any]) -> int:
    """Execute an INSERT of one row as a transaction of its own, by the driver alone; the count of rows inserted.

    The database begins and commits a single statement by itself: one round trip on PostgreSQL, and on SQLite no
    line of Python runs while the write lock is held. Raises the driver's own errors.
    """
    text, binds = _prepared(engine, statement, tuple(values))
    given = values | {name: bind(values[name]) for name, bind in binds.items()}
    pooled = engine.raw_connection()
    try:
        return _execute_alone(pooled.driver_connection, text, given)
    finally:
        pooled.close()


def _execute_alone(driver: Any, text: str, values: dict[str, Any]) -> int:
    if isinstance(driver, sqlite3.Connection):
        return when_free(driver, lambda: driver.execute(text, values)).rowcount
    driver.autocommit = True
    try:
        return driver.execute(text, values).rowcount
    finally:
        driver.autocommit = False


@cache
def _prepared(engine: Engine, statement: Insert, columns: tuple[str, ...]) -> tuple[str, dict[str, _Bind]]:
    """The statement as the driver takes it, and what the values of some columns go through."""
    kind: Any = type(engine.dialect)
    dialect = kind(paramstyle="named") if engine.dialect.name == "sqlite" else engine.dialect
    types = {name: statement.table.c[name].type.dialect_impl(dialect) for name in columns}
    binds = {name: each.bind_processor(dialect) for name, each in types.items()}
    text = str(statement.compile(dialect=dialect, column_keys=list(columns)))
    return text, {name: bind for name, bind in binds.items() if bind}
