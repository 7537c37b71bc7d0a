"""Writes of a transaction that wait for its end, so that those of one kind are made in one go.

A batch of events settles many gifts in one transaction. Rows that nobody reads before the end, and what each gift
adds to the same few totals, wait here: a statement for each table instead of one for each gift, and a total that
everybody moves is locked for a moment only. Outside `gathering()` the same functions write at once.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from core.db import db

Item = TypeVar("Item")
_KEY = "gathered"


@contextmanager
def gathering() -> Generator[None]:
    """Inside the block, which stands within `transaction()`, gathered writes wait; they are made at its end."""
    info = db.session.info
    if info.get(_KEY) is not None:
        raise RuntimeError("gathering() does not nest")
    info[_KEY] = {}
    try:
        yield
        write_out()
    finally:
        info[_KEY] = None


def gather(write: Callable[[list[Item]], None], item: Item) -> None:
    """Have `write` called with this item, and others of its kind: now, or at the end of the block."""
    waiting: dict[Any, list[Any]] | None = db.session.info.get(_KEY)
    if waiting is None:
        write([item])
    else:
        waiting.setdefault(write, []).append(item)


def write_out() -> None:
    """Make the writes that wait, for who is about to read what they change."""
    waiting: dict[Any, list[Any]] | None = db.session.info.get(_KEY)
    while waiting:
        write = next(iter(waiting))
        write(waiting.pop(write))
