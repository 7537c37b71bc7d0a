"""What an engine needs besides its URL: SQLite's settings and its write lock, PostgreSQL's rested connections."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DisconnectionError

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


def _begin_writing(driver: Any) -> None:
    """Wait for the write lock in short naps.

    SQLite itself naps longer and longer, up to 100 ms, so that of two busy processes one writes and the
    other sleeps.
    """
    nap = _SHORTEST_NAP_SECONDS
    driver.execute("PRAGMA busy_timeout=0")
    try:
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as refusal:
                if refusal.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(nap)
            nap = min(2 * nap, _LONGEST_NAP_SECONDS)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
