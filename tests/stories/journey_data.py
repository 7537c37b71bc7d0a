"""The installation that a journey finds, made anew for each walk, and what it leaves there."""

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

#: On a server rows are put back instead: a copy of a database takes half a second there.
_KEEP = (
    """CREATE SCHEMA IF NOT EXISTS kept; EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);"""
)
_RENEW = """EXECUTE format('DELETE FROM public.%I', t);
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I', t, t);"""


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
        elif self.settings.database_url:
            self._on_server(_KEEP)

    def renew(self) -> None:
        """The database as `prepare` left it, and a Stripe that has seen nothing."""
        requests.post(f"{self.settings.stripe_api_base}/_sandbox/reset", timeout=10).raise_for_status()
        if self._file:
            for leftover in self._file.parent.glob(f"{self._file.name}-*"):
                leftover.unlink()
            shutil.copyfile(self._file.with_suffix(".first"), self._file)
        else:
            self._on_server(_RENEW)

    @property
    def _file(self) -> Path | None:
        url = self.settings.database_url
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None

    def _on_server(self, block: str) -> None:
        """Run a block for each table `t` of the database, without its guards and keys."""
        address = self.settings.database_url.replace("+psycopg", "", 1)
        loop = f"""DO $$ DECLARE t text; BEGIN
            SET LOCAL session_replication_role = replica;
            FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP {block} END LOOP;
        END $$"""
        with psycopg.connect(address) as connection:
            connection.execute(loop.encode())


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
