"""Public figures as they stood: a chain that anyone can recompute, and figures that are frozen at the close."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT, DONORS, Goal
from core import clock
from core.db import db, transaction
from donors import jobs
from donors.figures import progress, snapping
from donors.figures.snapshot import CLOSE, DAILY, PublicSnapshot, snapshots_of
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.stripe_gateway import Payment, StripeRefund
from tests.donors.conftest import usd

Later = Callable[[timedelta], None]

SCRIPT = Path(__file__).parents[2] / "docs" / "check_snapshots.py"


@pytest.fixture
def later(drive: Drive) -> Iterator[Later]:
    """Time stands still, and passes when it is told to."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller.shift


@pytest.fixture
def give(session: Session, drive: Drive, donor_id: str) -> Callable[..., Gift]:
    """A settled gift of 50 dollars."""
    session.commit()

    def settle(number: int = 1) -> Gift:
        gift = Gift(
            id=f"gift_{number:024}",
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor_id,
            state="pending",
            fee_cover_minor=0,
            refunded_minor=0,
            started_at=clock.now(),
        )
        gift.amount = usd(5000)
        with transaction():
            session.add(gift)
            session.flush()
            settling.apply_payment(gift, paid(gift))
        return gift

    return settle


def paid(gift: Gift, *refunds: StripeRefund) -> Payment:
    return Payment(
        f"pi_{gift.id}", gift.id, True, gift.paid_at or clock.now(), gift.charged, usd(175), refunds
    )


def refund(gift: Gift) -> None:
    with transaction():
        back = StripeRefund(f"re_{gift.id}", None, gift.charged, "succeeded", clock.now())
        settling.apply_payment(db.session.get_one(Gift, gift.id), paid(gift, back))


def chain(drive: Drive) -> list[PublicSnapshot]:
    return list(db.session.scalars(snapshots_of(drive.id)))


def check(tmp_path: Path, lines: str) -> tuple[int, str]:
    file = tmp_path / "snapshots.jsonl"
    file.write_text(lines)
    ran = subprocess.run([sys.executable, SCRIPT, file], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_each_day_adds_one_link_and_the_script_follows_them(
    client: FlaskClient, drive: Drive, give: Callable[..., Gift], later: Later, tmp_path: Path
) -> None:
    for number in range(3):
        give(number)
        jobs.take_snapshots.run()
        jobs.take_snapshots.run()
        later(timedelta(days=1))
    found = chain(drive)
    assert [(each.number, each.kind) for each in found] == [(1, DAILY), (2, DAILY), (3, DAILY)]
    assert [each.figures["raised_minor"] for each in found] == [5000, 10000, 15000]
    assert not [name for name in found[-1].figures["legal"] if name.startswith("bond")]
    lines = client.get(f"/d/{drive.slug}/snapshots.jsonl").text
    code, said = check(tmp_path, lines)
    assert (code, "3 snapshots follow each other" in said) == (0, True)
    assert list(snapping.verify()) == []


@pytest.mark.parametrize("what", ["changed", "removed", "swapped", "inserted", "forged"])
def test_whatever_is_tampered_with_is_found(
    client: FlaskClient, drive: Drive, give: Callable[..., Gift], later: Later, tmp_path: Path, what: str
) -> None:
    for _day in range(3):
        jobs.take_snapshots.run()
        later(timedelta(days=1))
    rows = [json.loads(line) for line in client.get(f"/d/{drive.slug}/snapshots.jsonl").text.splitlines()]
    if what == "changed":
        rows[1]["content"] = rows[1]["content"].replace('"gifts":0', '"gifts":9')
    elif what == "removed":
        del rows[1]
    elif what == "swapped":
        rows[0], rows[1] = rows[1], rows[0]
    elif what == "inserted":
        rows.insert(1, rows[1])
    else:
        rows[0]["sha256"] = "f" * 64
    code, said = check(tmp_path, "".join(f"{json.dumps(row)}\n" for row in rows))
    assert code == 1
    assert "does not follow the one before it" in said


def test_the_database_keeps_what_was_said(session: Session, drive: Drive) -> None:
    jobs.take_snapshots.run()
    for statement in ("UPDATE public_snapshot SET content = '{}'", "DELETE FROM public_snapshot"):
        with pytest.raises(DatabaseError), transaction():
            session.execute(text(statement))


def test_figures_are_frozen_after_the_grace_and_reversals_stand_beside_them(
    session: Session, client: FlaskClient, drive: Drive, give: Callable[..., Gift], later: Later
) -> None:
    first, second = give(1), give(2)
    session.add(Goal(drive_id=drive.id, metric=DONORS, target=3, position=9))
    drive.closes_at = clock.now() + timedelta(minutes=1)
    session.commit()
    later(timedelta(minutes=30))
    jobs.take_snapshots.run()
    assert CLOSE not in {each.kind for each in chain(drive)}
    refund(second)  # within the grace: not frozen yet
    later(timedelta(minutes=1))
    jobs.take_snapshots.run()
    (close,) = [each for each in chain(drive) if each.kind == CLOSE]
    figures = {goal["metric"]: goal["actual"] for goal in close.figures["goals"]}
    assert (figures[AMOUNT], figures[DONORS]) == (5000, 1)
    refund(first)
    goals = {
        goal["metric"]: goal for goal in client.get(f"/d/{drive.slug}/progress.json").get_json()["goals"]
    }
    assert (goals[AMOUNT]["frozen"], goals[AMOUNT]["actual"]) == (5000, 0)
    page = client.get(f"/d/{drive.slug}?lang=en").text
    assert "At the close. Adjusted since: $0." in page
    assert "frozen 30 minutes after the close" in page


def test_whoever_moves_the_figures_first_freezes_them(
    session: Session, drive: Drive, give: Callable[..., Gift], later: Later
) -> None:
    """No job has come by; a refund after the grace finds the figures as they were."""
    gift = give()
    drive.closes_at = clock.now() + timedelta(minutes=1)
    session.commit()
    later(timedelta(hours=2))
    refund(gift)
    (close,) = chain(drive)
    assert (close.kind, close.figures["raised_minor"]) == (CLOSE, 5000)
    found = progress.read(drive.id)
    assert found is not None
    (amount,) = [goal for goal in found.goals if goal.metric == AMOUNT]
    assert (amount.shown, amount.actual, amount.is_adjusted) == (5000, 0, True)


def test_a_withdrawn_drive_is_noted_no_more_and_its_chain_is_gone(
    session: Session, client: FlaskClient, drive: Drive, later: Later
) -> None:
    jobs.take_snapshots.run()
    session.get_one(Drive, drive.id).withdrawn_at = clock.now()
    session.commit()
    later(timedelta(days=1))
    jobs.take_snapshots.run()
    assert len(session.scalars(select(PublicSnapshot)).all()) == 1
    assert client.get(f"/d/{drive.slug}/snapshots.jsonl").status_code == 410
