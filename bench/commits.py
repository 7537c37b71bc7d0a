"""Raw durable commits of one row: what the database itself can do, with nothing around it."""

import sqlite3
import threading
import time
from typing import Any

import psycopg

from bench.load import Outcome
from bench.reference import set_pragmas

_BODY = "x" * 2500


def commit(url: str, series: str, seconds: float, clients: int = 1) -> Outcome:
    """One-row transactions for so many `seconds` from each of `clients` connections of this process."""
    seen: list[list[float]] = [[] for _ in range(clients)]
    connections = [_connect(url) for _ in range(clients)]
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_write, args=(connection, f"{series}-{n}", began + seconds, seen[n]))
        for n, connection in enumerate(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    for connection in connections:
        connection.close()
    latencies = [each for one in seen for each in one]
    return Outcome(len(latencies), took, latencies)


def _connect(url: str) -> Any:
    if not url.startswith("sqlite"):
        return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
    connection = sqlite3.connect(
        url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    set_pragmas(connection)
    return connection


def _write(connection: Any, series: str, end: float, latencies: list[float]) -> None:
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    insert = f"INSERT INTO bench_delivery VALUES ({mark}, {mark})"
    before = time.perf_counter()
    while before < end:
        connection.execute(insert, (f"{series}-{len(latencies)}", _BODY))
        now = time.perf_counter()
        latencies.append(now - before)
        before = now
