"""Long lists in pieces: numbered pages of 50 for people, cursors for software.

A cursor names the last row seen, so rows that arrive meanwhile neither repeat nor hide others.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from core.db import db
from core.errors import Invalid

PAGE_SIZE = 50
MOST = 200


@dataclass(frozen=True)
class Pager:
    """One numbered page: `items`, and what the pager macro needs (`page`, `pages`, `total`)."""

    items: list[Any]
    page: int
    pages: int
    total: int


def numbered(query: Select[Any], *, number: int | None = None, size: int = PAGE_SIZE) -> Pager:
    """The page of `query` that `?page=` asks for; a number beyond the last shows the last.

    The query has its own order and selects one entity.
    """
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(number if number is not None else request.args.get("page", 1, type=int), 1), pages)
    items = list(db.session.scalars(query.limit(size).offset((page - 1) * size)).unique())
    return Pager(items, page, pages, total)


def numbered_list(rows: Sequence[Any], *, size: int = PAGE_SIZE) -> Pager:
    """The same of rows that are reckoned and stand in no table, in their order."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return Pager(list(rows[(page - 1) * size : page * size]), page, pages, len(rows))


@dataclass(frozen=True)
class Page:
    """One piece for software: `items`, and the cursor of the next piece or None at the end."""

    items: list[Any]
    next_cursor: str | None


def page(
    query: Select[Any],
    order: tuple[InstrumentedAttribute[Any], ...],
    *,
    limit: int = PAGE_SIZE,
    cursor: str | None = None,
) -> Page:
    """The rows of `query` after `cursor`, newest (largest `order`) first.

    `order` names columns that together are unique, such as (created_at, id). Raises `Invalid` on a cursor
    that is not ours.
    """
    limit = min(max(limit, 1), MOST)
    if cursor:
        query = query.where(tuple_(*order) < tuple_(*_read(cursor, order)))
    query = query.order_by(None).order_by(*(column.desc() for column in order)).limit(limit + 1)
    items = list(db.session.scalars(query).unique())
    more = len(items) > limit
    return Page(items[:limit], _write(items[limit - 1], order) if more else None)


def page_of_list(
    rows: Iterable[Any],
    order: tuple[InstrumentedAttribute[Any], ...],
    *,
    limit: int = PAGE_SIZE,
    cursor: str | None = None,
) -> Page:
    """The same of rows that are reckoned and stand in no table; they have attributes named like `order`."""
    limit = min(max(limit, 1), MOST)

    def place(row: Any) -> list[Any]:
        return [getattr(row, column.key) for column in order]

    found = sorted(rows, key=place, reverse=True)
    if cursor:
        after = _read(cursor, order)
        found = [row for row in found if place(row) < after]
    return Page(found[:limit], _write(found[limit - 1], order) if len(found) > limit else None)


def _write(row: Any, order: tuple[InstrumentedAttribute[Any], ...]) -> str:
    values = [getattr(row, column.key) for column in order]
    plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _read(cursor: str, order: tuple[InstrumentedAttribute[Any], ...]) -> list[Any]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list) or len(plain) != len(order):
            raise ValueError(cursor)
        return [_typed(value, column) for value, column in zip(plain, order, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise Invalid({"cursor": [_("This cursor is not one of ours. Start without it.")]}) from None


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    wanted = column.type.python_type
    if issubclass(wanted, datetime):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(value)
        return instant
    if hasattr(wanted, "fromisoformat"):
        return wanted.fromisoformat(value)
    if type(value) is not wanted:
        raise ValueError(value)
    return value
