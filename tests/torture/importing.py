"""A file of so many rows, one in twenty of them bad, imported by processes of their own:

    python -m tests.torture.importing whole <rows> <settings as JSON>    every step, with seconds
    python -m tests.torture.importing work <import id> <settings>        a worker: goes on until nothing is left
    python -m tests.torture.importing ready <rows> <settings>            a file that is uploaded and asked to be checked
    python -m tests.torture.importing next <import id> <settings>        asks for the import once it is checked
    python -m tests.torture.importing end <import id> <settings>         prints what came of it

Each ends with a line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app import create_app
from bench import stage
from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerTotal
from core import clock, schema
from core.db import db, transaction
from core.settings import Settings
from donors.figures import progress, tally
from donors.gifts.gift import RECEIVED, Gift
from donors.importing import looking, receiving, steps
from donors.importing.gift_import import GiftImport
from donors.jobs import advance_import
from donors.people.donor import Donor
from staff.access import Actor, system_actor
from staff.organisation import Organisation

HEADER = "Transaction ID,Date,Time,Amount,Currency,Fee,Email,Name,Campaign,Comment,City,Country\n"
#: One row in so many breaks a rule.
BAD_EVERY = 20
_WRONG = ("amount", "date", "address", "currency", "future")


def lines(rows: int) -> Iterator[str]:
    """A header and rows: a donor gives a few times, days lie inside the drive's window and before it."""
    today = clock.now().date()
    yield HEADER
    for number in range(rows):
        day = (today - timedelta(days=1 + number % 60)).isoformat()
        wrong = _WRONG[number // BAD_EVERY % len(_WRONG)] if number % BAD_EVERY == 7 else ""
        person = number % max(rows // 3, 1)
        cells = {
            "id": f"txn-{number:07d}",
            "day": {"date": "someday", "future": "2999-01-01"}.get(wrong, day),
            "amount": "ten" if wrong == "amount" else f"{5 + number % 200}.{number % 100:02d}",
            "currency": "EUR" if wrong == "currency" else "USD",
            "address": "nobody" if wrong == "address" else f"person{person}@example.org",
        }
        yield (
            f"{cells['id']},{cells['day']},{number % 24:02d}:{number % 60:02d}:00,{cells['amount']},"
            f"{cells['currency']},0.{number % 90:02d},{cells['address']},Invented Person {person},Legal fund,"
            f'"Words, with a comma, of gift {number}",Invented Town,US\n'
        )


def bad_rows(rows: int) -> int:
    return sum(1 for number in range(rows) if number % BAD_EVERY == 7)


def write_file(folder: Path, rows: int) -> Path:
    path = folder / f"gifts-{rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines(rows))
    return path


def prepare() -> Drive:
    """The drive, made in an empty database."""
    schema.upgrade(db.engine)
    found = db.session.scalar(select(Drive))
    if found is None:
        with transaction() as session:
            stage.build(session)
        found = db.session.scalars(select(Drive)).one()
    return found


def actor() -> Actor:
    drive = db.session.scalars(select(Drive)).one()
    return system_actor(db.session.get_one(Organisation, drive.organisation_id))


def upload(path: Path, drive: Drive) -> GiftImport:
    with path.open("rb") as stream, receiving.receiving(stream) as received, transaction():
        return receiving.create_import(
            actor(), received, drive_id=drive.id, source="old system", file_name=path.name
        )


def ask_check(found: GiftImport) -> None:
    with transaction():
        steps.map_columns(actor(), found.id, found.columns)
        steps.ask_check(actor(), found.id)


def ask_import(found: GiftImport) -> None:
    with transaction():
        steps.start_import(actor(), found.id)


def figures(drive: Drive) -> dict[str, Any]:
    """Whatever an import moves."""
    told = progress.read(drive.id)
    assert told is not None
    totals = select(LedgerTotal.account, LedgerTotal.drive_id, LedgerTotal.balance_minor)
    return {
        "raised": told.raised.minor,
        "gifts": told.gifts,
        "donors": told.donors,
        "totals": sorted([row[0], bool(row[1]), int(row[2])] for row in db.session.execute(totals) if row[2]),
        "standing": db.session.scalar(select(func.count()).where(Gift.state.in_(RECEIVED))),
        "people": db.session.scalar(select(func.count()).where(Donor.erased_at.is_(None))),
    }


def wrong() -> list[str]:
    """What of the kept figures differs from the rows themselves; holds a row for each donor."""
    return [*ledger.verify(), *tally.verify()]


def counts(found: GiftImport) -> dict[str, Any]:
    stands = looking.standing(found)
    return {status: [count, stands.sums[status].minor] for status, count in sorted(stands.counts.items())}


def whole(rows: int, folder: Path) -> dict[str, Any]:
    """Dry run, import, the bad rows, the same file again, and taken back."""
    drive, told, watch = prepare(), dict[str, Any](), Watch()
    path = write_file(folder, rows)
    told["before"] = figures(drive)
    found = watch("upload", lambda: upload(path, drive))
    ask_check(found)
    watch("dry run", lambda: advance_import.run(found.id))
    told["checked"], told["after_check"] = counts(found), figures(drive)
    ask_import(found)
    watch("import", lambda: advance_import.run(found.id))
    told["imported"], told["after_import"] = counts(found), figures(drive)
    told["bad_rows"] = watch("bad rows as CSV", lambda: sum(1 for _row in looking.left_out(found)))
    again = upload(path, drive)
    ask_check(again)
    advance_import.run(again.id)
    told["checked_again"] = counts(again)
    ask_import(again)
    watch("import again", lambda: advance_import.run(again.id))
    told["again"], told["after_again"] = counts(again), figures(drive)
    with transaction():
        steps.undo_import(actor(), found.id, reason="To see it go")
    watch("undo", lambda: advance_import.run(found.id))
    told["undone"], told["after_undo"] = counts(found), figures(drive)
    return {**told, "seconds": watch.seconds, "wrong": wrong()}


class Watch:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        done = work()
        self.seconds[name] = round(time.monotonic() - began, 2)
        return done


def _one(import_id: str) -> GiftImport:
    return db.session.get_one(GiftImport, import_id)


def _ready(rows: int, folder: Path) -> dict[str, Any]:
    found = upload(write_file(folder, rows), prepare())
    ask_check(found)
    return {"id": found.id}


def _end(import_id: str) -> dict[str, Any]:
    found = _one(import_id)
    return {"state": found.state, "rows": counts(found), "figures": figures(found.drive), "wrong": wrong()}


def run(app: Flask, what: str, which: str) -> dict[str, Any]:
    folder: Path = app.config["SETTINGS"].data_dir
    with app.app_context():
        if what == "whole":
            return whole(int(which), folder)
        if what == "ready":
            return _ready(int(which), folder)
        if what == "next":
            ask_import(_one(which))
        if what == "work":
            sys.stdout.write("{}\n")
            sys.stdout.flush()
            advance_import.run(which)
        return _end(which) if what == "end" else {}


if __name__ == "__main__":
    settings = json.loads(sys.argv[3])
    application = create_app(Settings(**{**settings, "data_dir": Path(settings["data_dir"])}))
    sys.stdout.write(json.dumps(run(application, sys.argv[1], sys.argv[2])))
