"""Everything the sandbox remembers, in memory, and in a file when one is named."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Store:
    """Rows by account, kind and id, in order of creation. Guarded by the world's lock.

    With a file, `keep` writes what changed before an answer is given, so what was answered survives the
    process. Durability against a power cut is not claimed: these are no real payments.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._rows: dict[str, dict[str, dict[str, Row]]] = {}
        self._changed: dict[tuple[str, str, str], None] = {}
        self._file: sqlite3.Connection | None = None
        if file is not None:
            self._file = _open(file)
            self._load(self._file)

    def of(self, account: str, kind: str) -> dict[str, Row]:
        return self._rows.setdefault(account, {}).setdefault(kind, {})

    def accounts(self) -> list[str]:
        return list(self._rows)

    def put(self, account: str, kind: str, row: Row) -> None:
        self.of(account, kind)[row["id"]] = row
        if self._file is not None:
            self._changed[account, kind, row["id"]] = None

    def remove(self, account: str, kind: str, identifier: str) -> None:
        self.of(account, kind).pop(identifier, None)
        if self._file is not None:
            self._changed[account, kind, identifier] = None

    def clear(self) -> None:
        self._rows.clear()
        self._changed.clear()
        if self._file is not None:
            self._file.execute("DELETE FROM row")
            self._file.commit()

    def keep(self) -> None:
        """Writes what changed since the last time."""
        if self._file is None or not self._changed:
            return
        gone = [key for key in self._changed if key[2] not in self.of(key[0], key[1])]
        self._file.executemany("DELETE FROM row WHERE account = ? AND kind = ? AND id = ?", gone)
        self._file.executemany(
            "INSERT INTO row (account, kind, id, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (account, kind, id) DO UPDATE SET body = excluded.body",
            self._bodies(),
        )
        self._file.commit()
        self._changed.clear()

    def close(self) -> None:
        if self._file is not None:
            self.keep()
            self._file.close()
            self._file = None

    def _bodies(self) -> Iterator[tuple[str, str, str, str]]:
        for account, kind, identifier in self._changed:
            row = self.of(account, kind).get(identifier)
            if row is not None:
                yield account, kind, identifier, json.dumps(row, separators=(",", ":"))

    def _load(self, file: sqlite3.Connection) -> None:
        for account, kind, identifier, body in file.execute(
            "SELECT account, kind, id, body FROM row ORDER BY place"
        ):
            self.of(account, kind)[identifier] = json.loads(body)


def _open(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS row (place INTEGER PRIMARY KEY, account TEXT NOT NULL,"
        " kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (account, kind, id))"
    )
    return connection
