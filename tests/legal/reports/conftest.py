"""A public campaign with certified hours, written as rows, and Carla, who had no hand in them and publishes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import db, transaction
from core.money import Money
from legal.hours.time_entry import APPROVED, TimeEntry, TimeEntryApproval
from legal.matters.timekeeper import Timekeeper
from legal.rates.rate_matrix import matrix
from legal.rates.valuation import Valuation, value_of
from legal.reports.preparing import ReportOrder
from legal.reports.publishing import publish_report
from legal.reports.report import TransparencyReport
from tests.legal.conftest import Case

NOW = datetime(2025, 12, 3, 12, tzinfo=UTC)


@dataclass
class Desk:
    """Where reports are made: `hours` writes certified entries, `publish` is Carla's."""

    case: Case
    keepers: dict[str, Timekeeper] = field(default_factory=dict)

    def hours(
        self,
        who: str,
        day: date,
        tenths: int,
        task: str = "L210",
        *,
        times: int = 1,
        at: datetime | None = None,
    ) -> None:
        """So many certified entries of `tenths` by `who` (a class of Refugio's people, or `CLASS#2`)."""
        entries = [self._entry(self._keeper(who), day, tenths, task) for _each in range(times)]
        rate, certified_at = matrix("eaja").rate_on(day), at or clock.now()
        db.session.execute(insert(TimeEntry), entries)
        db.session.execute(
            insert(TimeEntryApproval),
            [
                {
                    "entry_id": each["id"],
                    "author_id": each["author_id"],
                    "approved_by_id": self.case.dana.id,
                    "approved_at": certified_at,
                }
                for each in entries
            ],
        )
        db.session.execute(insert(Valuation), [self._valuation(each, rate, certified_at) for each in entries])
        db.session.commit()

    def _keeper(self, who: str) -> Timekeeper:
        if who not in self.keepers:
            keeper = Timekeeper(
                organisation_id=self.case.cast.refugio.id, name=who, classification=who.partition("#")[0]
            )
            db.session.add(keeper)
            db.session.flush()
            self.keepers[who] = keeper
        return self.keepers[who]

    def _entry(self, keeper: Timekeeper, day: date, tenths: int, task: str) -> dict[str, Any]:
        cast = self.case.cast
        return {
            "id": ids.new_id("time"),
            "matter_id": self.case.matter.id,
            "timekeeper_id": keeper.id,
            "organisation_id": cast.refugio.id,
            "author_id": cast.bob.id,
            "worked_on": day,
            "minutes_raw": tenths * 6,
            "units_tenths": tenths,
            "rounding_policy": "up",
            "task_code": task,
            "activity_code": "A103",
            "narrative": "What was done stays with counsel",
            "state": APPROVED,
        }

    def _valuation(self, entry: dict[str, Any], rate: Money, at: datetime) -> dict[str, Any]:
        return {
            "entry_id": entry["id"],
            "number": 1,
            "matrix": "eaja",
            "matrix_sha256": matrix("eaja").sha256,
            "rate_minor": rate.minor,
            "value_minor": value_of(entry["units_tenths"], rate).minor,
            "currency": "USD",
            "valued_at": at,
        }

    def publish(self, through: date | None = None, *, k: int = 11, **given: object) -> TransparencyReport:
        given.setdefault("looked_at", True)
        order = ReportOrder(through=through, k=k, supersedes_id=given.pop("supersedes_id", None))  # pyright: ignore[reportArgumentType]
        with transaction():
            return publish_report(self.case.actor("carla"), self.case.campaign.id, order, **given)  # pyright: ignore[reportArgumentType]

    def correct_with_late_hours(self, first: TransparencyReport) -> TransparencyReport:
        """Enough hours of each person, months and tasks that none of them is hidden."""
        for who in ("PARTNR", "PARTNR#2", "ASSOC", "ASSOC#2"):
            for month in (9, 10, 11):
                for task in ("L210", "L110"):
                    self.hours(who, date(2025, month, 10), 10, task, times=12)
        return self.publish(supersedes_id=first.id, reason="Late hours")


@pytest.fixture
def desk(session: Session, case: Case) -> Desk:
    case.campaign.published_at = clock.now()
    session.commit()
    return Desk(case)


@pytest.fixture
def in_december() -> object:
    """December 2025: November is the latest closed month."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def busy(desk: Desk, in_december: object) -> Desk:
    """Three months of two phases, worked by two partners and two associates, and a few entries of a third
    phase. In September the associates have few entries of the first one."""
    for month in (9, 10, 11):
        for who in ("PARTNR", "PARTNR#2", "ASSOC", "ASSOC#2"):
            few = month == 9 and who.startswith("ASSOC")
            desk.hours(who, date(2025, month, 10), 12, times=6)
            desk.hours(who, date(2025, month, 12), 7, "L110", times=2 if few else 6)
    desk.hours("ASSOC", date(2025, 10, 14), 30, "L510", times=2)
    return desk


@pytest.fixture
def carla(desk: Desk, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(desk.case.cast.carla)
