"""The database: models' base, the one transaction, column types.

Only edges open `with transaction():`; everything below adds and flushes. No network inside one.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    MetaData,
    String,
    bindparam,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from core.engine import insert_alone
from core.money import Money

log = logging.getLogger(__name__)
Row = TypeVar("Row", bound="Model")

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


db = SQLAlchemy(session_options={"expire_on_commit": False})

#: Where a session keeps the rows that `lock_all` took.
_LOCKED = "locked"
#: Primary and foreign keys of our own rows (core.ids).
Id = String(40)


def init_app(app: Flask) -> None:
    """Bind `db` to the application.

    Our sessions are synchronous. The extension would also close asynchronous ones, of which there are none,
    and for that start an event loop at the end of every request: half a millisecond each.
    """
    db.init_app(app)
    app.teardown_appcontext_funcs = [
        each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)
    ]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; always returns aware UTC, whatever the database keeps."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime refused: instants are aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class MoneyColumns:
    """Mixin: `amount_minor` and `currency` columns, read and written as `.amount`."""

    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @amount.setter
    def amount(self, value: Money) -> None:
        self.amount_minor, self.currency = value.minor, value.currency


@contextmanager
def transaction() -> Iterator[Session]:
    """The one place that commits. Takes the write lock at once on SQLite, rolls back on any exception,
    and runs the `after_commit` callbacks after success alone. Does not nest.
    """
    session = db.session
    if session.info.get("after_commit") is not None:
        raise RuntimeError("transaction() does not nest")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside transaction()")
    session.rollback()  # ends the read snapshot that the login loader, for one, has begun
    callbacks = session.info["after_commit"] = []
    session.info[_LOCKED] = {}
    try:
        session.connection(execution_options={"begin_immediate": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["after_commit"] = None
        session.info[_LOCKED] = None
    for callback in callbacks:
        _run(callback)


def after_commit(callback: Callable[[], object]) -> None:
    """Run `callback` once the surrounding transaction has committed; dropped when it rolls back."""
    callbacks = db.session.info.get("after_commit")
    if callbacks is None:
        raise RuntimeError("after_commit() outside transaction()")
    callbacks.append(callback)


def _run(callback: Callable[[], object]) -> None:
    # The work is a committed row by now and the sweep finds it; a failed nudge must not undo the answer.
    try:
        callback()
    except Exception:
        log.exception("after-commit callback failed; the sweep will retry")


def insert_once(model: type[Model], **values: Any) -> bool:
    """Insert a row unless one of its unique keys is there already; says whether it was inserted.

    The database decides, so two processes that do it at once insert one row.
    """
    connection = db.session.connection()
    statement = _insert_once(model, connection.dialect.name)
    # The driver closes the cursor of an INSERT before its count is asked for, unless told to keep it.
    return connection.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount == 1


def own_engine() -> Engine | None:
    """What each session takes a connection of its own from; None where all are bound to one connection, which
    is in a transaction, so that threads cannot work side by side."""
    bind = db.sessionmaker.kw["bind"]
    return bind if isinstance(bind, Engine) else None


def commit_once(model: type[Model], **values: Any) -> bool:
    """`insert_once` as a transaction of its own, for edges that take in thousands a second and have nothing else
    to write. Never inside `transaction()`. Raises the driver's own errors."""
    engine = own_engine()
    if engine is None:
        with transaction():
            return insert_once(model, **values)
    return insert_alone(engine, _insert_once(model, engine.dialect.name), values) == 1


def upsert_add(model: type[Model], *, key: dict[str, Any], add: dict[str, int]) -> dict[str, int]:
    """Add to the counters of the row with this primary key, making the row when it is not there. Returns
    the counters as they stand then.

    One statement, so that the counter moves under the database's own lock.
    """
    statement = _upsert(model, db.session.get_bind().dialect.name, tuple(key), tuple(add))
    return dict(db.session.execute(statement, key | add).one()._mapping)


def insert_rows(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Raises IntegrityError where a row is refused; then none is written."""
    if rows:
        table: Any = model.__table__
        db.session.execute(insert(table), list(rows))


def insert_new(model: type[Model], rows: Sequence[dict[str, Any]], key: str) -> set[Any]:
    """Insert the rows whose unique keys are not there yet; the values of `key` of those that were."""
    if not rows:
        return set()
    statement = (
        _insert(model, db.session.get_bind().dialect.name)
        .on_conflict_do_nothing()
        .returning(model.__table__.c[key])
    )
    return set(db.session.scalars(statement, list(rows)))


def add_to_rows(
    model: type[Model], key: Sequence[str], add: Sequence[str], rows: Sequence[dict[str, Any]]
) -> list[Any]:
    """Add to the counters `add` of the rows with these primary keys, making those that are not there; each row's
    key and counters as they stand then. A key may come once. Rows are locked in the order of their keys."""
    if not rows:
        return []
    statement = _upsert_many(model, db.session.get_bind().dialect.name, tuple(key), tuple(add))
    return list(db.session.execute(statement, sorted(rows, key=lambda row: tuple(row[name] for name in key))))


def among(column: Any, name: str) -> ColumnElement[bool]:
    """That the column has one of the values which are given as parameter `name`, a list, when the statement runs.

    A condition that has the list in itself is a cycle of references: the list stays until the collector of cycles
    has gone round, which in a process of many objects is seldom. Work of a hundred steps kept as many lists.
    """
    return column.in_(bindparam(name, expanding=True))


def lock_all(model: type[Row], ids: Iterable[str]) -> list[Row]:
    """Lock rows by their primary key, the same order for everybody, and return those there are. `lock` finds them
    from then on without asking again."""
    locked: dict[Any, Any] | None = db.session.info.get(_LOCKED)
    if locked is None:
        raise RuntimeError("lock_all() outside transaction()")
    wanted = sorted(set(ids))
    (column,) = model.__mapper__.primary_key
    query = select(model).where(column.in_(wanted)).order_by(column).with_for_update()
    found = list(db.session.scalars(query.execution_options(populate_existing=True)))
    locked.update({(model, model.__mapper__.primary_key_from_instance(row)[0]): row for row in found})
    return found


def lock(model: type[Row], key: str) -> Row | None:
    """The row, locked until the transaction ends, with what is in the database now."""
    locked: dict[Any, Any] = db.session.info.get(_LOCKED) or {}
    if (model, key) in locked:
        return locked[model, key]
    return db.session.get(model, key, with_for_update=True, populate_existing=True)


# Values travel apart from the statement: one that is built anew each time costs more than its execution.
@cache
def _insert(model: type[Model], dialect: str) -> Any:
    table: Any = model.__table__
    return sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)


@cache
def _insert_once(model: type[Model], dialect: str) -> Any:
    return _insert(model, dialect).on_conflict_do_nothing()


@cache
def _upsert(model: type[Model], dialect: str, key: tuple[str, ...], add: tuple[str, ...]) -> Any:
    return _adding(model, dialect, key, add).returning(*(model.__table__.c[name] for name in add))


@cache
def _upsert_many(model: type[Model], dialect: str, key: tuple[str, ...], add: tuple[str, ...]) -> Any:
    return _adding(model, dialect, key, add).returning(*(model.__table__.c[name] for name in (*key, *add)))


def _adding(model: type[Model], dialect: str, key: tuple[str, ...], add: tuple[str, ...]) -> Any:
    statement = _insert(model, dialect)
    columns = model.__table__.c
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: columns[name] + statement.excluded[name] for name in add}
    )
