"""A month of 5,000 time entries: opened, filtered, previewed and certified, beside what the same database and the
same Flask take for a page without hours. `python -m bench.hours [--database sqlite|postgresql] [--rounds N]`.

A round of certifying works on a month of its own, so that each finds 5,000 submitted entries. Everything runs in
this process through the application's own client: routing, sign-in, template and commit are in the figures, the
network is not.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from bench import bulk, stage
from bench.databases import databases
from bench.house import open_app, settle_down
from bench.rounds import percentile
from core import clock, ids, schema
from core.db import db, transaction
from legal.hours.time_entry import SUBMITTED, TimeEntry
from legal.matters.matter import Matter, MatterParticipation
from legal.matters.timekeeper import Timekeeper
from staff.account import User
from staff.member import Member
from staff.sessions.signed_in import SignedIn

ENTRIES, ROUNDS, TARGET_MS = 5_000, 20, 150.0
FIRST_MONTH = date(2015, 1, 1)
SESSION = ids.new_id("ses")
_CODES = ("L110", "L120", "L210", "L250", "L320", "L430", "L450")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hours", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="amparo-bench-") as folder,
        databases(chosen.database, Path(folder)) as make,
    ):
        app = open_app(make("hours"), Path(folder))
        months = [_month(number) for number in range(chosen.rounds + 1)]
        with app.app_context():
            schema.upgrade(db.engine)
            matter_id, who = _fill(months)
            settle_down()
        browser = _signed_in(app, who)
        print(
            f"{ENTRIES} entries a month, {len(months)} months, {chosen.database}, median and p95 of {chosen.rounds}"
        )
        for name, ask in _rows(browser, matter_id, months):
            _print(name, [_milliseconds(ask, number) for number in range(chosen.rounds + 1)][1:])
    return 0


def _rows(
    browser: FlaskClient, matter_id: str, months: list[tuple[date, date]]
) -> list[tuple[str, Callable[[int], int]]]:
    def get(path: str) -> Callable[[int], int]:
        return lambda _number: browser.get(path).status_code

    def days(number: int) -> dict[str, str]:
        first, last = months[number]
        return {"starts_on": first.isoformat(), "ends_on": last.isoformat()}

    def preview(number: int) -> int:
        query = "&".join(f"{name}={value}" for name, value in days(number).items())
        return browser.get(f"/staff/hours/certifications?matter={matter_id}&{query}").status_code

    def certify(number: int) -> int:
        return browser.post(f"/staff/matters/{matter_id}/certifications", data=days(number)).status_code

    return [
        ("limit: a page without hours", get("/staff/account")),
        ("open the hours", get("/staff/hours")),
        ("filter by state and words", get("/staff/hours?state=submitted&q=motion")),
        ("see what a month makes public", preview),
        ("certify and close a month", certify),
    ]


def _milliseconds(ask: Callable[[int], int], number: int) -> float:
    began = time.perf_counter()
    status = ask(number)
    taken = (time.perf_counter() - began) * 1000
    assert status in (200, 302), status
    return taken


def _print(name: str, taken: list[float]) -> None:
    middle, late = percentile(taken, 0.5), percentile(taken, 0.95)
    verdict = (
        "" if name.startswith("limit") else ("  ok" if late < TARGET_MS else f"  over {TARGET_MS:.0f} ms")
    )
    print(f"  {name:<32} {middle:7.1f} ms   p95 {late:7.1f} ms{verdict}", flush=True)


def _month(number: int) -> tuple[date, date]:
    year, month = divmod(number, 12)
    first = date(FIRST_MONTH.year + year, month + 1, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _fill(months: list[tuple[date, date]]) -> tuple[str, str]:
    """Months of submitted entries of fifty timekeepers; gives the matter, and the session of who certifies."""
    with transaction() as session:
        stage.build(session)
    with transaction() as session:
        matter = session.scalars(select(Matter)).one()
        author, certifier = session.scalars(select(Member).order_by(Member.joined_at, Member.id)).all()[:2]
        organisation_id = author.organisation_id
        taking_part = MatterParticipation(
            matter_id=matter.id, organisation_id=organisation_id, part="lead_counsel"
        )
        keepers = [
            Timekeeper(
                organisation_id=organisation_id,
                name=f"Keeper {number}",
                classification="ASSOC",
                bar_year=2000,
            )
            for number in range(50)
        ]
        session.add_all([taking_part, *keepers])
        session.flush()
        rows = [
            _entry(matter.id, keepers[number % 50].id, author, first + timedelta(days=number % 28), number)
            for first, _last in months
            for number in range(ENTRIES)
        ]
        bulk.write(session.connection(), TimeEntry, rows)
        account = session.get_one(User, certifier.account_id)
        session.execute(
            insert(SignedIn).values(
                id=SESSION,
                account_id=account.id,
                is_strong=True,
                stays=True,
                device_words="bench",
                began_at=clock.now(),
                used_at=clock.now() + timedelta(days=9),
                expires_at=clock.now() + timedelta(days=9),
            )
        )
        return matter.id, account.fs_uniquifier


def _entry(matter_id: str, keeper_id: str, author: Member, day: date, number: int) -> dict[str, object]:
    return {
        "id": ids.new_id("time"),
        "matter_id": matter_id,
        "timekeeper_id": keeper_id,
        "organisation_id": author.organisation_id,
        "author_id": author.id,
        "worked_on": day,
        "minutes_raw": 6 + number % 100,
        "units_tenths": 1 + number % 17,
        "rounding_policy": "up",
        "task_code": _CODES[number % len(_CODES)],
        "activity_code": "A103",
        "narrative": "Draft the motion" if number % 3 else "Call the client",
        "state": SUBMITTED,
    }


def _signed_in(app: Flask, who: str) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    with browser.session_transaction() as cookies:
        cookies.update({"_user_id": who, "_fresh": True, "fs_paa": time.time(), "sid": SESSION})
    return browser


if __name__ == "__main__":
    sys.exit(main())
