"""A crowd of processes gives at once against two match funds: exactly the caps are matched, whatever ends or goes
back meanwhile is released to the cent, and nothing is ever above a cap.

`AMPARO_TORTURE=1` takes a thousand gifts and ten processes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from campaigns.matching.match_fund import MatchFund, match_funds_of
from campaigns.partner import Partner
from core import clock
from core.db import db, transaction
from core.ids import new_id
from core.settings import Settings
from donors.figures import progress
from donors.gifts.gift import Gift
from donors.matching import recomputing
from staff.organisation import Organisation
from tests.databases import migrated_url
from tests.stories.arranging import draw_drive

ROOT = Path(__file__).parents[3]
IS_TORTURE = bool(os.environ.get("AMPARO_TORTURE"))
GIFTS, PROCESSES = (1_000, 10) if IS_TORTURE else (90, 3)


@dataclass
class Rush:
    app: Flask
    settings: Settings
    drive_id: str
    crowd: list["subprocess.Popen[str]"]
    gifts: dict[str, int] = field(default_factory=dict)

    def at_once(self, acts: Sequence[list[Any]]) -> None:
        """All of them, shared among the processes, which begin at one moment."""
        for number, each in enumerate(self.crowd):
            todo = self.settings.data_dir / f"acts-{number}.json"
            todo.write_text(json.dumps(list(acts[number :: len(self.crowd)])))
            assert each.stdin is not None
            each.stdin.write(f"{todo}\n")
            each.stdin.flush()
        assert [_word(each) for each in self.crowd] == ["done"] * len(self.crowd)

    def begun(self, count: int) -> list[list[Any]]:
        """Acts that begin so many new gifts, each of another amount."""
        fresh = {new_id("gift"): 1_000 + number * 137 % 4_001 for number in range(count)}
        self.gifts |= fresh
        return [["begin", gift_id, self.drive_id, minor] for gift_id, minor in fresh.items()]

    def funds(self) -> list[MatchFund]:
        """The funds as they stand, after everything kept was compared with what its steps say."""
        with self.app.app_context():
            assert list(recomputing.verify()) == []
            return list(db.session.scalars(match_funds_of(self.drive_id)))

    def states(self) -> dict[str, str]:
        with self.app.app_context():
            return {row[0]: row[1] for row in db.session.query(Gift.id, Gift.state)}


@pytest.fixture
def rush(tmp_path: Path, database_kind: str) -> Iterator[Rush]:
    settings = Settings(
        environment="testing",
        data_dir=tmp_path,
        database_url=migrated_url(database_kind, tmp_path),
        queue_url="memory:",
        log_level="WARNING",
    )
    app = create_app(settings)
    with app.app_context(), transaction() as session:
        house = Organisation(name="Refugio Legal Project", slug="refugio", zone="America/Chicago")
        session.add(house)
        session.flush()
        drive = draw_drive(house.id, "rush")
        lead = {"organisation_id": house.id, "part": "lead", "accepted_at": clock.now()}
        session.add(Partner(campaign_id=drive.campaign_id, **lead))
    crowd = [_process(settings) for _number in range(PROCESSES)]
    try:
        assert {_word(each) for each in crowd} == {"ready"}
        yield Rush(app, settings, drive.id, crowd)
    finally:
        for each in crowd:
            each.communicate(timeout=60)  # ends its input, and so the process
        with app.app_context():
            db.engine.dispose()


def _process(settings: Settings) -> "subprocess.Popen[str]":
    module = "tests.donors.matching.crowd"
    return subprocess.Popen(
        [sys.executable, "-m", module, settings.database_url, str(settings.data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _word(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def open_fund(rush: Rush, cap_minor: int, position: int, **terms: int) -> None:
    with rush.app.app_context(), transaction() as session:
        house = session.query(Organisation).one()
        session.add(
            MatchFund(
                organisation_id=house.id,
                drive_id=rush.drive_id,
                sponsor=f"Sponsor {position}",
                currency="USD",
                cap_minor=cap_minor,
                position=position,
                opens_at=clock.now() - timedelta(hours=1),
                **terms,
            )
        )


def test_a_crowd_is_matched_to_the_cap_and_releases_to_the_cent(rush: Rush) -> None:
    caps = [GIFTS * 1_000 + 1, GIFTS * 333 + 2]  # far less than the crowd gives
    open_fund(rush, caps[0], 0)
    open_fund(rush, caps[1], 1, match_parts=1, gift_parts=3, most_per_gift_minor=900)

    rush.at_once(rush.begun(GIFTS))
    assert [fund.taken_minor for fund in rush.funds()] == caps
    first = list(rush.gifts)

    # Half is paid, the rest ends unpaid, and newcomers take what is released in the same moment.
    ends = [["pay" if n % 2 else ("expire" if n % 4 else "fail"), each] for n, each in enumerate(first)]
    newcomers = rush.begun(GIFTS // 4)
    rush.at_once([each for pair in zip(ends[::4], newcomers, strict=False) for each in pair] + _rest(ends))
    for fund, cap in zip(rush.funds(), caps, strict=True):
        assert fund.confirmed_minor <= fund.taken_minor <= cap
    rush.at_once(rush.begun(GIFTS))  # whoever comes later gets the rest, to the last cent
    assert [fund.taken_minor for fund in rush.funds()] == caps

    # Everything goes: a part and then the rest of what was paid, and every page that is still open.
    states = rush.states()
    paid = [each for each, state in states.items() if state == "settled"]
    assert len(paid) == GIFTS // 2
    rush.at_once([["refund", each, rush.gifts[each] // 3] for each in paid])
    stands = sum(fund.confirmed_minor for fund in rush.funds())
    assert 0 < stands < sum(caps)
    rest = [["refund", each, rush.gifts[each] - rush.gifts[each] // 3] for each in paid]
    rush.at_once(rest + [["expire", each] for each, state in states.items() if state == "pending"])
    assert [(fund.taken_minor, fund.confirmed_minor) for fund in rush.funds()] == [(0, 0), (0, 0)]
    assert [fund.left.minor for fund in rush.funds()] == caps
    with rush.app.app_context():
        figures = progress.read(rush.drive_id)
        assert figures is not None
        assert (figures.raised.minor, figures.matched.minor) == (0, 0)
    assert rush.app.test_cli_runner().invoke(args=["ledger", "verify"]).exit_code == 0


def _rest(ends: list[list[Any]]) -> list[list[Any]]:
    return [each for number, each in enumerate(ends) if number % 4]
