"""Amparo with a drive and its gifts in a database: made, checked to be honest, and described to its server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import event

from app import create_app
from bench import bulk, gifts, reference, stage
from bench.signing import SECRET
from campaigns.funds import ledger
from core import schema
from core.db import db, transaction
from core.settings import Settings
from donors.figures import tally
from donors.gifts.gift import Gift
from donors.payments.stripe_event import StripeEvent
from donors.people.donor import Donor


@dataclass(frozen=True)
class House:
    """A database that holds a drive with so many gifts, and gifts that wait to be settled."""

    url: str
    folder: Path
    gifts: int
    #: Ids of gifts that wait for their payment.
    waiting: tuple[str, ...]
    #: Statements by which the drive's page was made, cold.
    statements: tuple[str, ...]

    def environment(self, *, cache_seconds: float, stripe: str = "") -> dict[str, str]:
        """The settings of a server of this house."""
        given = {
            "ENVIRONMENT": "development",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.url,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "PAGE_CACHE_SECONDS": str(cache_seconds),
        }
        if stripe:
            given["STRIPE_API_BASE"] = stripe
        return {f"AMPARO_{name}": value for name, value in given.items()}


def open_app(url: str, folder: Path, stripe: str = "http://127.0.0.1:9") -> Flask:
    """The application in this process, with nothing kept of pages."""
    return create_app(
        Settings(
            data_dir=folder,
            database_url=url,
            stripe_webhook_secret=SECRET,
            stripe_api_base=stripe,
            page_cache_seconds=0,
            log_level="WARNING",
        )
    )


def build(url: str, folder: Path, count: int, waiting: int, events: int = 0) -> House:
    """Fill an empty database with `count` settled gifts, some that wait, and events of Stripe's that are done;
    raises AssertionError when any kept total differs from what the rows say."""
    folder.mkdir(exist_ok=True)
    app = open_app(url, folder)
    reference.prepare(url)
    with app.app_context():
        schema.upgrade(db.engine)
        with transaction() as session:
            scene = stage.build(session)
        given = gifts.pending(scene, waiting)
        with transaction() as session:
            for rows in gifts.rows_of(scene, count):
                for model, each in rows.items():
                    bulk.write(session.connection(), model, each)
            bulk.write(session.connection(), Donor, gifts.donors_of(scene, given))
            bulk.write(session.connection(), Gift, given)
            for rows in _done_events(scene, events):
                bulk.write(session.connection(), StripeEvent, rows)
        settle_down()
        differs = [*ledger.verify(), *tally.verify()]
        assert not differs, differs[:5]
        statements = _statements(app)
        db.engine.dispose()
    return House(url, folder, count, tuple(gift["id"] for gift in given), tuple(statements))


def _done_events(scene: stage.Stage, count: int, batch: int = 20_000) -> Iterator[list[dict[str, Any]]]:
    """Rows of the inbox whose work was done more than a month ago: their bodies are gone."""
    at = scene.now
    same = {
        "type": "payment_intent.succeeded",
        "account": "",
        "created_at": at,
        "received_at": at,
        "body": "",
    }
    same |= {"organisation_id": scene.organisation_id, "next_attempt_at": None, "done_at": at}
    for first in range(0, count, batch):
        numbers = range(first, min(first + batch, count))
        yield [{"id": f"evt_{uuid4().hex[:24]}{number}"} | same for number in numbers]


def settle_down() -> None:
    """What a database does by itself after a while, done now: statistics, and no log left to fold in."""
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    if db.engine.dialect.name == "sqlite":
        commands = ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        driver.autocommit = True
        commands = ("VACUUM ANALYZE", "CHECKPOINT")
    for command in commands:
        driver.execute(command)
    connection.invalidate()


def _statements(app: Flask) -> list[str]:
    """What one cold view of the drive's page asks of the database, without BEGIN."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    answer = app.test_client().get(f"/d/{stage.SLUG}")
    event.remove(db.engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text[:500]
    return asked
