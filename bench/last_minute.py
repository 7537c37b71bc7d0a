"""The last minute of a drive: `python -m bench.last_minute [--before 30] [--after 20] [--database …]`.

200 readers and 20 donors a second come over the deadline to two web workers, one worker and Stripe's sandbox, each a
process of its own. Every donor opens the page, sends the form, pays at the sandbox; Stripe's events settle the gift.
Printed is what has to hold: no answer shows less than what had been settled at the moment it names, none is older
than five seconds, every gift that was paid is settled, and the frozen figure is what a recount of the gifts says.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from os import environ
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from bench import house
from bench.box import sandbox
from bench.crowd import DONORS, READERS, Seen, load
from bench.databases import databases
from bench.house import House, open_app
from bench.rounds import percentile
from bench.servers import ROOT, free_port, serve
from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from donors.figures.progress import read
from donors.figures.snapshot import CLOSE, PublicSnapshot
from donors.figures.tally import DriveTotal
from donors.gifts.gift import PENDING, RECEIVED, Gift
from donors.payments.stripe_event import StripeEvent
from donors.people.donor import Donor

OLDEST_SECONDS = 5.0
#: Checkouts opened in time may finish within this; then the figures are frozen, at the next full minute.
GRACE_MINUTES = 1
_FREEZE_SECONDS = 60 * GRACE_MINUTES + 150


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.last_minute", description=__doc__)
    parser.add_argument("--before", type=int, default=30, help="seconds of load before the deadline")
    parser.add_argument("--after", type=int, default=20, help="seconds of load after it")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    chosen = parser.parse_args()
    for kind in chosen.database or ("sqlite", "postgresql"):
        folder_of_the_run = tempfile.TemporaryDirectory(prefix="amparo-bench-")
        with folder_of_the_run as folder, databases(kind, Path(folder)) as make:
            run(kind, make("house"), Path(folder), chosen.before, chosen.after)
    return 0


def run(kind: str, url: str, folder: Path, before: int, after: int) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        built = apart.submit(house.build, url, folder / "house", 1_000, 0).result()
    stripe_port = free_port()
    given = built.environment(cache_seconds=OLDEST_SECONDS, stripe=f"http://127.0.0.1:{stripe_port}")
    given["AMPARO_PROXIES"] = "1"
    with (
        serve("web", "app:create_app", environment=given, folder=folder) as web,
        sandbox(stripe_port, f"http://127.0.0.1:{web.port}/stripe/events"),
        _worker(given, folder),
    ):
        app = open_app(url, built.folder)
        with app.app_context():
            closes_at = clock.now() + timedelta(seconds=before)
            with transaction() as session:
                session.execute(update(Drive).values(closes_at=closes_at, grace_minutes=GRACE_MINUTES))
            db.engine.dispose()
        seen = load(web, stripe_port, before + after, lambda: _settled(built))
        with app.app_context():
            _wait_for_end(seen.paid)
            print("\n".join(_said(kind, seen, before + after)), flush=True)
            db.engine.dispose()


@contextmanager
def _worker(given: dict[str, str], folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ | given, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


def _settled(built: House) -> Iterator[tuple[datetime, int]]:
    """Samples of what is settled, straight from the database: a moment, and what had been committed by then."""
    app = open_app(built.url, built.folder)
    with app.app_context():
        drive_id = str(db.session.scalar(select(Drive.id)))
        while True:
            db.session.rollback()
            at = clock.now()
            figures = read(drive_id)
            assert figures is not None
            yield at, figures.raised.minor


def _wait_for_end(paid: list[str]) -> None:
    """Until every event is worked on and the figures are frozen."""
    end = time.monotonic() + _FREEZE_SECONDS
    while time.monotonic() < end:
        db.session.rollback()
        waiting = db.session.scalar(
            select(func.count()).select_from(StripeEvent).where(StripeEvent.done_at.is_(None))
        )
        if not waiting and _frozen() is not None:
            return
        time.sleep(0.5)


def _frozen() -> dict[str, Any] | None:
    row = db.session.scalar(select(PublicSnapshot).where(PublicSnapshot.kind == CLOSE))
    return json.loads(row.content) if row else None


def _recount() -> tuple[int, int]:
    """Raised and donors, from the gifts alone: paid before the deadline, or begun before it and paid in grace."""
    drive = db.session.scalars(select(Drive)).one()
    assert drive.closes_at is not None
    grace_ends = drive.closes_at + timedelta(minutes=GRACE_MINUTES)
    rows = db.session.execute(
        select(Gift.donor_id, Gift.amount_minor - Gift.refunded_minor, Gift.started_at, Gift.paid_at).where(
            Gift.state.in_(RECEIVED), Gift.paid_at.is_not(None)
        )
    ).all()
    counted = [
        (donor_id, minor)
        for donor_id, minor, started_at, paid_at in rows
        if paid_at is not None
        and (paid_at < drive.closes_at or (started_at < drive.closes_at and paid_at < grace_ends))
    ]
    return sum(minor for _donor_id, minor in counted), len({donor_id for donor_id, _minor in counted})


def _said(kind: str, seen: Seen, seconds: int) -> Iterator[str]:
    yield f"{kind}: {READERS} readers and {DONORS} donors a second over the deadline, {seconds} s"
    ms = [each * 1000 for each in seen.latencies]
    yield (
        f"  readers answered {len(ms) / seconds:,.0f} a second; median {percentile(ms, 0.5):.1f} ms, "
        f"99th percentile {percentile(ms, 0.99):.1f} ms, slowest {max(ms):.0f} ms"
    )
    ages = [(asked_at - as_of).total_seconds() for asked_at, _at, as_of, _raised in seen.shown]
    yield _verdict(f"oldest figure when it was asked for: {max(ages):.2f} s", max(ages) <= OLDEST_SECONDS)
    stale = _stale(seen)
    yield _verdict(f"answers that show less than was settled at the moment they name: {stale}", stale == 0)
    states = _states(seen.paid)
    yield f"  donors: {len(seen.paid)} paid, {seen.closed} came after the close, {seen.turned_away} turned away"
    lost = len(seen.paid) - states
    yield _verdict(f"paid gifts that are not settled: {lost}", lost == 0)
    frozen, (raised, donors) = _frozen(), _recount()
    same = frozen is not None and (frozen["raised_minor"], frozen["donors"]) == (raised, donors)
    told = f"{frozen['raised_minor']:,} from {frozen['donors']:,}" if frozen else "nothing"
    yield _verdict(f"frozen: {told}; a recount says {raised:,} from {donors:,}", same)
    total = db.session.scalars(select(DriveTotal)).one()
    pending = db.session.scalar(select(func.count()).select_from(Gift).where(Gift.state == PENDING))
    yield f"  gifts counted {total.gifts:,}; still pending {pending}"
    yield _verdict(f"answers that failed: {len(seen.errors)} {seen.errors[:3]}", not seen.errors)


def _stale(seen: Seen) -> int:
    """Answers that fall behind a sample taken before the moment they name."""
    found, samples, behind = 0, sorted(seen.samples), 0
    least = 0
    for _asked, _at, as_of, raised in sorted(seen.shown, key=lambda each: each[2]):
        while behind < len(samples) and samples[behind][0] <= as_of:
            least = max(least, samples[behind][1])
            behind += 1
        found += raised < least
    return found


def _states(emails: list[str]) -> int:
    query = select(func.count(func.distinct(Donor.email))).join(Gift, Gift.donor_id == Donor.id)
    wanted = query.where(Donor.email.in_(emails), Gift.state.in_(RECEIVED))
    return int(db.session.scalar(wanted) or 0)


def _verdict(words: str, is_met: bool) -> str:  # noqa: FBT001
    return f"  {words:90}{'met' if is_met else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
