"""Backups: one encrypted file that holds the whole database at one moment, and the files that people sent.

What is written is read back before the file gets its name, and read through before anything is restored.
SQLite is copied by its online backup, PostgreSQL table by table within one snapshot; the queue, which only
nudges rows, is left out. The key is not in the backup, and neither are the keys that seal identities.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine, inspect, text

from core import clock
from core.backup import archive, files, postgresql, sqlite
from core.backup.archive import Header, Part, Reader, Unreadable

_DIALECTS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}

Rows = dict[str, int]


class Refused(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Backup:
    header: Header
    #: How many rows of each table.
    rows: Rows
    files: int


def back_up(engine: Engine, folder: Path, path: Path, key: str) -> Backup:
    """Write the database and the files of `folder` to `path`, readable by its owner alone, and read it back.

    Raises Refused without a key or where `path` is taken, Unreadable when the file does not read back.
    """
    secret = _secret(key)
    if path.exists():
        raise Refused(f"{path} is there already. Nothing was overwritten.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with open(unfinished, "xb", opener=archive.private) as file:
            writer = archive.Writer(file, secret, _header(engine))
            rows = _DIALECTS[engine.dialect.name].dump(engine, writer)
            count = files.dump(folder, writer)
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        found = verify(unfinished, key)
        if (found.rows, found.files) != (rows, count):
            raise Unreadable("the file does not hold what was written")
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return found


def verify(path: Path, key: str) -> Backup:
    """Read a backup through: every byte authentic, every digest right, rows as many as it says.

    Raises Refused without a key, Unreadable for what is broken, cut short or of another key.
    """
    with path.open("rb") as file:
        reader = archive.Reader(file, _secret(key))
        dialect = _DIALECTS[reader.header.database]
        rows, kept = Rows(), 0
        for part in reader.parts():
            if files.is_file(part):
                files.read_through(part)
                kept += 1
                continue
            counted = dialect.count(part)
            if counted != part.rows:
                raise Unreadable(f"{part.name} does not hold as many rows as the backup says")
            rows |= counted
    return Backup(reader.header, rows, kept)


def restore(engine: Engine, folder: Path, path: Path, key: str, *, replace: bool = False) -> Backup:
    """Bring a database to what the backup holds: schema and triggers of its revision, and its rows. The files
    are put back into `folder`, beside what lies there.

    Raises Refused where the database holds rows (unless told to replace them) or is of another kind,
    Unreadable as `verify` does; in both cases nothing was changed.
    """
    backup = verify(path, key)
    if backup.header.database != engine.dialect.name:
        raise Refused(f"This backup is of {backup.header.database}, the database is {engine.dialect.name}.")
    if not replace and any(count for _table, count in _rows_of(engine)):
        raise Refused("The database holds rows. Restore into an empty one, or say --replace.")
    with path.open("rb") as file:
        reader = archive.Reader(file, _secret(key))
        parts = _besides_files(reader, folder)
        _DIALECTS[engine.dialect.name].load(engine, reader.header.revision, parts)
    restored = dict(_rows_of(engine))
    if restored != backup.rows:
        raise Unreadable("the restored tables do not hold as many rows as the backup says")
    return backup


def _besides_files(reader: Reader, folder: Path) -> Iterator[Part]:
    """The parts that are the database's; each file is put back on the way."""
    for part in reader.parts():
        if files.is_file(part):
            files.put_back(folder, part)
        else:
            yield part


def _secret(key: str) -> bytes:
    if not key:
        raise Refused("AMPARO_BACKUP_KEY is not set. A backup is never written or read without a key.")
    return key.encode()


def _header(engine: Engine) -> Header:
    with engine.connect() as connection:
        revision = _revision(connection)
    if not revision:
        raise Refused("The database has no schema yet. Run `flask migrate` first.")
    return Header(engine.dialect.name, revision, clock.now().isoformat())


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _rows_of(engine: Engine) -> Iterator[tuple[str, int]]:
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if archive.is_kept(table):
                quoted = connection.dialect.identifier_preparer.quote(table)
                yield table, connection.execute(text(f"SELECT count(*) FROM {quoted}")).scalar_one()  # noqa: S608
