"""A transparency report over many time entries: `python -m bench.reports [--entries 1000000] [--database …]`.

Its limit in the same run is the least that has to be done: the database reads each entry once and adds it up.
Memory is what the process grew by while it built; flat means that it does not grow with the entries. The report's
public page is then asked for beside the drive's, from the same two workers.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import bulk, rounds, stage
from bench.databases import databases
from bench.house import House, open_app, settle_down
from bench.load import Page, drive
from bench.rounds import Row
from bench.servers import Server, serve
from campaigns.campaign import Campaign
from core import clock, ids, schema
from core.db import db, transaction
from core.money import Money
from legal.hours.time_entry import APPROVED, TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.rate_matrix import matrix
from legal.rates.valuation import Valuation, value_of
from legal.reports.preparing import ReportOrder, prepare
from legal.reports.publishing import publish_report
from staff.access import actor_for
from staff.member import Member
from staff.organisation import Organisation

MONTHS, PEOPLE, CHUNK, ROUNDS = 36, 60, 20_000, 5
CLASSES = ("PARTNR", "ASSOC", "ASSOC", "PARALG", "LGLINT")
TASKS = ("L110", "L120", "L210", "L250", "L310", "L440", "L510", "C200")
#: What the issue asks for.
TARGET_SECONDS = 10


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    chosen = parser.parse_args()
    for kind in chosen.database or ("sqlite", "postgresql"):
        folder_of_the_run = tempfile.TemporaryDirectory(prefix="amparo-bench-")
        with folder_of_the_run as folder, databases(kind, Path(folder)) as make:
            url = make("reports")
            _apart(fill, url, folder, chosen.entries)
            figures = _apart(measure, url, folder)
            figures |= _pages(url, Path(folder), _apart(publish, url, folder))
            print(f"{kind}, {chosen.entries:,} certified entries of {PEOPLE} people over {MONTHS} months")
            for line in _said(figures):
                print(f"  {line}", flush=True)
    return 0


def _said(figures: dict[str, float]) -> Iterator[str]:
    built, limit = figures["built"], figures["limit"]
    verdict = "met" if built < TARGET_SECONDS else "MISSED"
    yield f"{'report built, seconds':44}{built:8.2f}   target below {TARGET_SECONDS}  {verdict}"
    yield f"{'reading and adding each entry once, seconds':44}{limit:8.2f}   report / limit {built / limit:.1f}"
    yield f"{'memory grown meanwhile, MB':44}{figures['grown']:8.1f}"
    yield f"{'cells, of which hidden':44}{figures['cells']:8.0f}   {figures['hidden']:.0f}"
    yield f"{'drive page, answers a second':44}{figures['drive']:8.0f}   {figures['drive_bytes']:,.0f} bytes"
    yield (
        f"{'report page, answers a second':44}{figures['report']:8.0f}   {figures['report_bytes']:,.0f} bytes   "
        f"report / drive {figures['ratio']:.0%}"
    )


def _apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """In a process of its own, so that filling does not stand in the memory that is measured."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def fill(url: str, folder: str, count: int) -> None:
    app = open_app(url, Path(folder))
    with app.app_context():
        schema.upgrade(db.engine)
        with transaction() as session:
            stage.build(session)
            session.query(TimeEntry).update({"state": "draft"})  # the stage's own few are not counted
            keepers = _people(session)
            writer, approver = session.scalars(select(Member.id).order_by(Member.id).limit(2)).all()
            matter = session.scalars(select(Matter)).one()
            rows = _entries(matter, keepers, writer, count)
            while chunk := list(islice(rows, CHUNK)):
                _write(session, chunk, approver)
        settle_down()
        db.engine.dispose()


def _people(session: Any) -> list[Timekeeper]:
    organisation_id = session.scalars(select(Timekeeper.organisation_id)).first()
    keepers = [
        Timekeeper(
            organisation_id=organisation_id, name=f"Keeper {n}", classification=CLASSES[n % len(CLASSES)]
        )
        for n in range(PEOPLE)
    ]
    session.add_all(keepers)
    session.flush()
    return keepers


def _entries(matter: Matter, keepers: list[Timekeeper], writer: str, count: int) -> Iterator[dict[str, Any]]:
    first = clock.today().replace(day=1) - timedelta(days=30 * MONTHS)
    days = (clock.today().replace(day=1) - first).days
    for number in range(count):
        keeper = keepers[number % PEOPLE]
        yield {
            "id": ids.new_id("time"),
            "matter_id": matter.id,
            "timekeeper_id": keeper.id,
            "organisation_id": keeper.organisation_id,
            "author_id": writer,
            "worked_on": first + timedelta(days=number * days // count),
            "minutes_raw": 6 * (1 + number % 40),
            "units_tenths": 1 + number % 40,
            "rounding_policy": "up",
            "task_code": TASKS[number * 7 % len(TASKS)],
            "activity_code": "A103",
            "narrative": "Prepared for the hearing.",
            "state": APPROVED,
            "written_at": clock.now(),
        }


def _write(session: Any, entries: list[dict[str, Any]], approver: str) -> None:
    now, rates = clock.now(), matrix("eaja")
    rate = rates.rate_on(date(2024, 1, 2))
    bulk.write(session.connection(), TimeEntry, entries)
    bulk.write(
        session.connection(),
        TimeEntryApproval,
        [
            {
                "entry_id": each["id"],
                "author_id": each["author_id"],
                "approved_by_id": approver,
                "approved_at": now,
            }
            for each in entries
        ],
    )
    bulk.write(session.connection(), Valuation, [_valued(each, rate, rates.sha256) for each in entries])


def _valued(entry: dict[str, Any], rate: Money, sha256: str) -> dict[str, Any]:
    value = value_of(entry["units_tenths"], rate)
    return {
        "entry_id": entry["id"],
        "number": 1,
        "matrix": "eaja",
        "matrix_sha256": sha256,
        "rate_minor": rate.minor,
        "value_minor": value.minor,
        "currency": value.currency,
        "valued_at": clock.now(),
    }


def measure(url: str, folder: str) -> dict[str, float]:
    app = open_app(url, Path(folder))
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        began = time.perf_counter()
        db.session.execute(
            select(func.count(), func.sum(TimeEntry.units_tenths)).where(TimeEntry.state == APPROVED)
        ).one()
        limit = time.perf_counter() - began
        before = _peak_megabytes()
        began = time.perf_counter()
        prepared = prepare(campaign, ReportOrder(), report_id="report_bench")
        built = time.perf_counter() - began
        grown = _peak_megabytes() - before
        cells, hidden = len(prepared.hours.cells), len(prepared.hours.hidden)
        db.engine.dispose()
    return {"built": built, "limit": limit, "grown": grown, "cells": cells, "hidden": hidden}


def publish(url: str, folder: str) -> str:
    """Publish the report by somebody who had no hand in the hours; gives its id."""
    app = open_app(url, Path(folder))
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        with transaction() as session:
            third = stage.add_member(session, session.get_one(Organisation, campaign.organisation_id), "Pia")
            third.role = "owner"
        with transaction():
            report = publish_report(actor_for(third), campaign.id, ReportOrder())
            report_id = report.id
        settle_down()
        db.engine.dispose()
    return report_id


def _pages(url: str, folder: Path, report_id: str) -> dict[str, float]:
    """The report's page beside the drive's, warm, in turn."""
    environment = House(url, folder, 0, (), ()).environment(cache_seconds=5)
    drive_page, report_page = f"/d/{stage.SLUG}", f"/r/{report_id}"
    with serve("pages", "app:create_app", environment=environment, folder=folder) as server:
        sizes = [float(len(server.get(path))) for path in (drive_page, report_page)]
        pages = (("drive", drive_page), ("report", report_page))
        figures = rounds.measure([_row(server, name, path) for name, path in pages], ROUNDS)
    return {
        "drive": figures["drive"].rate,
        "report": figures["report"].rate,
        "ratio": rounds.ratio(figures["report"], figures["drive"]),
        "drive_bytes": sizes[0],
        "report_bytes": sizes[1],
    }


def _row(server: Server, name: str, path: str) -> Row:
    return Row(name, lambda _number: drive(server.port, Page(path), 1.0), server)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
