"""SQLite: its online backup to a private file beside the database, whose bytes are the one part."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from core.backup.archive import Part, Unreadable, Writer, chunks_of, is_kept


@contextmanager
def _scratch(folder: str | None = None) -> Iterator[Path]:
    """A file in a folder that only its owner may enter, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="amparo-backup-", dir=folder) as private:
        yield Path(private) / "copy.sqlite"


def dump(engine: Engine, writer: Writer) -> dict[str, int]:
    """Write the database as it is at one moment; says how many rows of each table."""
    with _scratch(_folder(engine)) as path:
        connection = engine.raw_connection()
        try:
            with closing(sqlite3.connect(path)) as copy:
                connection.driver_connection.backup(copy)  # pyright: ignore[reportOptionalMemberAccess]
                copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            connection.close()
        rows = _rows(path)
        writer.part("database", [], chunks_of(path), lambda: rows)
    return rows


def count(part: Part) -> dict[str, int]:
    """The rows of each table, from a database that SQLite itself finds whole."""
    with _scratch() as path:
        return _write(path, part)


def load(engine: Engine, revision: str, parts: Iterable[Part]) -> None:
    """Put the backup in place of everything in the database, at once; its schema comes with it."""
    with _scratch(_folder(engine)) as path:
        for part in parts:
            _write(path, part)
        connection = engine.raw_connection()
        try:
            with closing(sqlite3.connect(path)) as copy:
                copy.backup(connection.driver_connection)  # pyright: ignore[reportArgumentType]
        finally:
            connection.close()


def _folder(engine: Engine) -> str | None:
    return str(Path(engine.url.database).parent) if engine.url.database else None


def _write(path: Path, part: Part) -> dict[str, int]:
    with path.open("wb") as file:
        for chunk in part.chunks:
            file.write(chunk)
    return _rows(path)


def _rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Unreadable("SQLite finds the copy of the database damaged")
        named = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for (name,) in named.fetchall()
            if is_kept(name)
        }
