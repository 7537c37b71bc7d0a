"""When kept pages must be forgotten: a number that all processes of a node read from the same memory.

Whatever takes words out of sight advances it after its commit, and before its request is answered; a page that
was read under an older number is not served any more. Reading it costs half a microsecond. Nodes
besides this one share no memory with it, only the database: where that is a server, the request waits for as
long as a page may be kept at all, so that no node can have one from before when it returns.
"""

import fcntl
import mmap
import os
import struct
import time
from pathlib import Path

from flask import Flask, current_app

from core.db import after_commit, db

_NUMBER = struct.Struct("<Q")
#: Clocks of nodes do not matter, since each counts the age of its own pages; their ticks may.
_MARGIN_SECONDS = 0.05


class Epoch:
    """A counter in a file that every process maps into its memory."""

    def __init__(self, path: Path, *, wait_seconds: float = 0) -> None:
        self._wait_seconds = wait_seconds
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._file).st_size < _NUMBER.size:
            os.truncate(self._file, _NUMBER.size)
        self._memory = mmap.mmap(self._file, _NUMBER.size)

    def read(self) -> int:
        return _NUMBER.unpack_from(self._memory)[0]

    def advance(self) -> None:
        """Make every process of this node forget, and wait until every other node has."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            _NUMBER.pack_into(self._memory, 0, self.read() + 1)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        if self._wait_seconds:
            time.sleep(self._wait_seconds + _MARGIN_SECONDS)


def init_app(app: Flask, folder: Path, *, page_seconds: float, is_served: bool) -> Epoch:
    """`is_served`: the database is a server, and other nodes may stand on it."""
    epoch = Epoch(folder / "page_epoch", wait_seconds=page_seconds if is_served else 0)
    app.extensions["page_epoch"] = epoch
    return epoch


def advance() -> None:
    """Advance once after the transaction at hand has committed, however often it is asked for.

    Outside a transaction nothing is committed, and there is nothing to forget.
    """
    callbacks = db.session.info.get("after_commit")
    if callbacks is None or _advance in callbacks:
        return
    after_commit(_advance)


def _advance() -> None:
    current_app.extensions["page_epoch"].advance()
