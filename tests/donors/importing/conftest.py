"""Files of invented people, and an import that is taken through its steps as a worker would."""

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerTotal
from core import uploads
from core.db import transaction
from core.money import Money
from donors.figures import progress, tally
from donors.figures.tally import DriveDay, DriveDonor, DriveTotal
from donors.gifts.gift import RECEIVED, Gift
from donors.importing import looking, receiving, steps, working
from donors.importing.gift_import import FILES, PIECE_ROWS, GiftImport
from donors.importing.looking import Standing
from donors.people.donor import Donor
from staff.access import Actor, actor_for
from tests.conftest import Cast

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def no_files_left(app: Flask) -> Iterable[None]:
    yield
    for name in FILES.names():
        uploads.discard(FILES, name)


@pytest.fixture
def frida(cast: Cast) -> Actor:
    return actor_for(cast.frida)


def csv_of(header: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


class Importing:
    """One import after the other, each in steps of its own transactions."""

    def __init__(self, actor: Actor, drive: Drive) -> None:
        self.actor, self.drive = actor, drive

    def upload(self, data: bytes, source: str = "", *, piece_rows: int = PIECE_ROWS) -> GiftImport:
        with receiving.receiving(io.BytesIO(data), piece_rows) as received, transaction():
            return receiving.create_import(
                self.actor, received, drive_id=self.drive.id, source=source, file_name="gifts.csv"
            )

    def check(self, found: GiftImport) -> Standing:
        with transaction():
            steps.map_columns(self.actor, found.id, found.columns)
        with transaction():
            steps.ask_check(self.actor, found.id)
        return self.work(found)

    def start(self, found: GiftImport) -> Standing:
        with transaction():
            steps.start_import(self.actor, found.id)
        return self.work(found)

    def undo(self, found: GiftImport, reason: str = "The wrong file.") -> Standing:
        with transaction():
            steps.undo_import(self.actor, found.id, reason=reason)
        return self.work(found)

    def work(self, found: GiftImport) -> Standing:
        more = True
        while more:
            with transaction():
                more = working.advance(found.id)
        return looking.standing(found)

    def whole(self, data: bytes, source: str = "") -> tuple[GiftImport, Standing]:
        """Upload, dry run and import."""
        found = self.upload(data, source)
        self.check(found)
        return found, self.start(found)


@pytest.fixture
def importing(frida: Actor, drive: Drive, no_files_left: None) -> Importing:
    return Importing(frida, drive)


Figures = dict[str, object]


@pytest.fixture
def figures(session: Session, drive: Drive) -> Callable[[], Figures]:
    """Every figure that a gift moves; what stands at zero is left out, as it is where nothing was."""

    def read() -> Figures:
        assert list(ledger.verify()) == []
        assert list(tally.verify()) == []
        told = progress.read(drive.id)
        assert told is not None
        totals = session.execute(
            select(LedgerTotal.account, LedgerTotal.drive_id, LedgerTotal.balance_minor).where(
                LedgerTotal.balance_minor != 0
            )
        )
        days = session.execute(
            select(DriveDay.on_day, DriveDay.raised_minor).where(DriveDay.raised_minor != 0)
        )
        return {
            "raised": told.raised,
            "gifts": told.gifts,
            "donors": told.donors,
            "goals": [(goal.metric, goal.actual) for goal in told.goals],
            "totals": sorted(map(tuple, totals)),
            "days": sorted(map(tuple, days)),
            "drive_total": [row.gifts for row in session.scalars(select(DriveTotal)) if row.gifts],
            "drive_donors": session.scalar(select(func.count()).where(DriveDonor.gifts > 0)),
            "people": session.scalar(select(func.count()).where(Donor.erased_at.is_(None))),
            "standing": session.scalar(select(func.count()).where(Gift.state.in_(RECEIVED))),
        }

    return read


def usd(minor: int) -> Money:
    return Money(minor, "USD")
