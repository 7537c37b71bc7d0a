"""What a page, a row and a webhook cost when nothing is done but that: the rivals of each row.

A Flask application of four routes, served exactly as Amparo is. Its settings come from the environment:
`BENCH_DATABASE` (a SQLAlchemy URL), `BENCH_PAGE` (a file whose bytes are the constant page),
`BENCH_SECRET` (of the webhook).
"""

import hashlib
import hmac
import json
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, abort, jsonify, request
from sqlalchemy import Engine, String, create_engine, event, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

PRAGMAS = ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL")
ROW = "row-of-the-bench"


class Base(DeclarativeBase):
    pass


class Row(Base):
    """A row to find by its key."""

    __tablename__ = "bench_row"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(String(200))


class Delivery(Base):
    """What the reference webhook keeps."""

    __tablename__ = "bench_delivery"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    body: Mapped[str] = mapped_column(String)


def prepare(url: str) -> None:
    """Make the reference's own tables in the database that is measured."""
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Row(id=ROW, text="x" * 100))
        session.commit()
    engine.dispose()


def open_engine(url: str) -> Engine:
    """An engine with the same durability as the application's."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: set_pragmas(connection))
    return engine


def set_pragmas(connection: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


#: Keeps one delivery durably; a known key is left alone.
Keep = Callable[[str, str], object]


def keeper(engine: Engine) -> Keep:
    """As one writes it: a transaction of SQLAlchemy with one INSERT."""
    kind = sqlite_insert if engine.dialect.name == "sqlite" else postgresql_insert
    insert = kind(Delivery).on_conflict_do_nothing()

    def keep(key: str, body: str) -> None:
        with engine.begin() as connection:
            connection.execute(insert, {"id": key, "body": body})

    return keep


def bare_keeper(url: str) -> Keep:
    """The same by the bare driver: one statement on one connection, committed by itself."""
    if url.startswith("sqlite"):
        lite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        set_pragmas(lite)
        return lambda key, body: lite.execute(_INSERT.format("?"), (key, body))
    server = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
    return lambda key, body: server.execute(_INSERT.format("%s").encode(), (key, body))


_INSERT = "INSERT INTO bench_delivery VALUES ({0}, {0}) ON CONFLICT DO NOTHING"


def create_app() -> Flask:
    app = Flask(__name__)
    database, secret = os.environ["BENCH_DATABASE"], os.environ["BENCH_SECRET"].encode()
    page = Path(os.environ["BENCH_PAGE"]).read_bytes()
    engine = open_engine(database)

    app.add_url_rule("/healthz", "healthz", lambda: "ok")
    app.add_url_rule("/hello", "hello", lambda: "Hello, World")
    app.add_url_rule("/page", "page", lambda: Response(page, content_type="text/html; charset=utf-8"))

    @app.get("/row/<key>")
    def row(key: str) -> Response:
        with Session(engine) as session:
            found = session.scalars(select(Row).where(Row.id == key)).one()
            return jsonify(id=found.id, text=found.text)

    app.add_url_rule("/hook", "hook", _hook(keeper(engine), secret), methods=["POST"])
    app.add_url_rule("/bare-hook", "bare-hook", _hook(bare_keeper(database), secret), methods=["POST"])
    return app


def _hook(keep: Keep, secret: bytes) -> Callable[[], Response]:
    def receive() -> Response:
        body = request.get_data(cache=False)
        if not _is_signed(body, request.headers["Stripe-Signature"], secret):
            abort(400)
        keep(json.loads(body)["id"], body.decode())
        return jsonify(received=True)

    return receive


def _is_signed(body: bytes, header: str, secret: bytes) -> bool:
    parts = dict(part.split("=", 1) for part in header.split(","))
    digest = hmac.new(secret, f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(digest, parts["v1"]) and abs(time.time() - int(parts["t"])) < 300
