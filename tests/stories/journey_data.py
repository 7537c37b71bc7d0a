"""The installation that a journey finds, made anew for each walk, and what it leaves there."""

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg
import requests
from flask import Flask
from sqlalchemy import func, select

from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerEntry, LedgerGroup, LedgerTotal
from core import schema
from core.db import db, transaction
from core.mail import OutgoingMail
from core.settings import Settings
from donors.figures import tally
from donors.figures.tally import DriveTotal
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.payments.stripe_event import StripeEvent
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from staff.organisation import Organisation
from tests.stories.arranging import draw_drive


class Installation:
    """A database with one open drive, kept aside so that every walk begins with the same."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings, self.folder = app, settings, settings.data_dir

    def prepare(self) -> None:
        with self.app.app_context():
            schema.upgrade(db.engine)
            with transaction() as session:
                organisation = Organisation(name="Refugio", slug="refugio", zone="America/Chicago")
                session.add(organisation)
                session.flush()
                draw_drive(organisation.id, "monthly").rhythms = ["month", "quarter"]
            db.engine.dispose()
        if self._file:
            shutil.copyfile(self._file, self._file.with_suffix(".first"))

    def renew(self) -> None:
        """The database as `prepare` left it, and a Stripe that has seen nothing."""
        requests.post(f"{self.settings.stripe_api_base}/_sandbox/reset", timeout=10).raise_for_status()
        if self._file:
            for leftover in self._file.parent.glob(f"{self._file.name}-*"):
                leftover.unlink()
            shutil.copyfile(self._file.with_suffix(".first"), self._file)
        else:
            self._renew_on_server()

    @property
    def _file(self) -> Path | None:
        url = self.settings.database_url
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None

    def _renew_on_server(self) -> None:
        name = self.settings.database_url.partition("?")[0].rsplit("/", 1)[1]
        with psycopg.connect(os.environ["AMPARO_TEST_POSTGRES"], autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"{name}_first"])
            if found.fetchone() is None:
                connection.execute(f"ALTER DATABASE {name} RENAME TO {name}_first".encode())
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {name}_first".encode())


def snapshot(app: Flask) -> dict[str, Any]:
    """All that a gift leaves behind, without the ids and instants that differ from walk to walk."""
    with app.app_context():
        find = db.session.scalars
        totals = find(select(LedgerTotal).order_by(LedgerTotal.account, LedgerTotal.drive_id))
        counts = db.session.query(DriveTotal).one_or_none()
        groups = db.session.execute(
            select(LedgerGroup.kind, LedgerEntry.account, LedgerEntry.amount_minor)
            .join(LedgerEntry, LedgerEntry.group_id == LedgerGroup.id)
            .order_by(LedgerGroup.kind, LedgerEntry.account, LedgerEntry.amount_minor)
        )
        return {
            "gifts": sorted(
                [gift.state, gift.refunded_minor, gift.processing_fee_minor] for gift in find(select(Gift))
            ),
            "promises": [promise.state for promise in find(select(RecurringGift))],
            "refunds": [row.state for row in find(select(Refund))],
            "groups": [list(row) for row in groups],
            "totals": [[row.account, bool(row.drive_id), row.balance_minor] for row in totals],
            "counts": [counts.gifts, counts.donors, counts.new_monthly_donors] if counts else None,
            "receipts": sorted([row.label, row.amount_minor] for row in find(select(Receipt))),
            "mails": sorted(
                [row.key.partition(":")[0], row.sent_at is not None] for row in find(select(OutgoingMail))
            ),
            "open_events": db.session.scalar(
                select(func.count()).select_from(StripeEvent).where(StripeEvent.done_at.is_(None))
            ),
            "wrong": [*ledger.verify(), *tally.verify()],
        }
