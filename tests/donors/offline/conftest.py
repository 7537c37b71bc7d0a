"""A drive that takes checks, cash and transfers, and its figures beside what they are recomputed from."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock
from core.db import transaction
from core.money import Money
from donors.figures import progress, tally
from donors.gifts.gift import Gift
from donors.offline import recording
from donors.offline.recording import Received

Record = Callable[..., Gift]


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def today() -> date:
    return clock.day_of(clock.now(), "America/Chicago")


def received(minor: int = 5000, **more: Any) -> Received:
    about: dict[str, Any] = {"received_on": today(), "channel": "check", "name": "Rosa Diaz"}
    return Received(amount=usd(minor), **{**about, **more})


def figures(drive: Drive) -> tuple[int, int, int]:
    """Raised in minor units, gifts and donors, once everything kept equals what it is recomputed from."""
    found = progress.read(drive.id)
    assert found is not None
    assert list(ledger.verify()) == []
    assert list(tally.verify()) == []
    return found.raised.minor, found.gifts, found.donors


@pytest.fixture
def inside(session: Session, drive: Drive) -> Iterator[None]:
    """What is tested runs inside the transaction that an edge has opened."""
    with transaction():
        yield


@pytest.fixture
def record(drive: Drive, inside: None) -> Record:
    def make(minor: int = 5000, **more: Any) -> Gift:
        with nullcontext():
            return recording.record(drive, received(minor, **more), recorded_by="member:mem_1")

    return make
