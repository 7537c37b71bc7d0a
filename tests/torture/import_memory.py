"""How much memory each step of an import takes at its highest, in a process that has imported before:

    python -m tests.torture.import_memory <rows of the smaller file> <rows of the larger> <settings as JSON>

The steps of a worker run each in an application context of their own, as jobs do; uploads, pages of rows and CSV go
through the web stack. Ends with a line of JSON: the megabytes held after the first life of a file, which warms caches
up, and then the peak and the seconds of each step for the smaller and the larger file.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select

from app import create_app
from campaigns.drives.drive import Drive
from core.db import db, transaction
from core.settings import Settings
from donors.importing import steps
from donors.importing.gift_import import GiftImport
from donors.jobs import advance_import
from staff.access import actor_for
from staff.account import User
from staff.issuing import SCOPES, issue
from staff.member import Member
from tests.torture.importing import ask_check, ask_import, bad_rows, prepare, write_file

Done = TypeVar("Done")


class Watch:
    """Peak of the resident memory in megabytes, and seconds, of each step."""

    def __init__(self) -> None:
        self.peak_mb: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, work: Callable[[], Done]) -> Done:
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here (proc(5))
        began = time.monotonic()
        done = work()
        self.seconds[name] = round(time.monotonic() - began, 2)
        self.peak_mb[name] = held_mb("VmHWM")
        return done


def held_mb(name: str = "VmRSS") -> float:
    """What the kernel says of this process: resident now, or (`VmHWM`) at its highest."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise LookupError(name)


class House:
    """A web process and a worker in one, with software that sends files."""

    def __init__(self, app: Flask) -> None:
        self._app, self._client = app, app.test_client()
        with app.app_context():
            self._drive_id = prepare().id
            self._headers = {"Authorization": f"Bearer {_token()}"}

    def live(self, rows: int, watch: Watch) -> None:
        """One file through every step, and back."""
        path = write_file(self._app.config["SETTINGS"].data_dir, rows)
        found = watch("upload", lambda: self._upload(path))
        watch("dry run", lambda: self._work(found, ask_check))
        watch("import", lambda: self._work(found, ask_import))
        pages = watch("page of rows", lambda: self._read(f"{found}/rows?status=imported&page={rows // 60}"))
        bad = watch("bad rows as CSV", lambda: self._read(f"{found}/bad-rows"))
        assert pages > 0
        assert bad == bad_rows(rows) + 1
        again = self._upload(path)
        watch("dry run again", lambda: self._work(again, ask_check))
        watch("import again", lambda: self._work(again, ask_import))
        watch("undo", lambda: self._work(found, _ask_undo))
        bad = watch("bad rows without the file", lambda: self._read(f"{found}/bad-rows"))
        assert bad == bad_rows(rows) + 1

    def _upload(self, path: Path) -> str:
        with path.open("rb") as file:
            answer = self._client.post(
                f"/api/v1/gift-imports?drive_id={self._drive_id}&source=old%20system",
                data={"file": (file, path.name)},
                headers=self._headers,
                content_type="multipart/form-data",
            )
        assert answer.status_code == 201, answer.text
        return json.loads(answer.text)["id"]

    def _work(self, import_id: str, ask: Callable[[GiftImport], None]) -> None:
        with self._app.app_context():
            ask(db.session.get_one(GiftImport, import_id))
        with self._app.app_context():
            advance_import.run(import_id)

    def _read(self, what: str) -> int:
        """The lines of an answer, which is read as it comes."""
        answer = self._client.get(f"/api/v1/gift-imports/{what}", headers=self._headers, buffered=False)
        assert answer.status_code == 200
        count = sum(block.count(b"\n") for block in answer.iter_encoded())
        answer.close()
        return count


def _token() -> str:
    drive = db.session.scalars(select(Drive)).one()
    with transaction() as session:
        account = User(email="ada@example.org", name="Ada", active=True, fs_uniquifier="ada")
        session.add(account)
        session.flush()
        member = Member(organisation_id=drive.organisation_id, account_id=account.id, role="owner")
        session.add(member)
        session.flush()
        _row, secret = issue(actor_for(member), name="Import", scopes=list(SCOPES))
    return secret


def _ask_undo(found: GiftImport) -> None:
    member = db.session.scalars(select(Member).where(Member.role == "owner")).first()
    assert member is not None
    with transaction():
        steps.undo_import(actor_for(member), found.id, reason="To see it go")


def measure(app: Flask, smaller: int, larger: int) -> dict[str, Any]:
    house = House(app)
    house.live(smaller, Watch())
    told: dict[str, Any] = {"start": held_mb()}
    for name, rows in (("smaller", smaller), ("larger", larger)):
        watch = Watch()
        house.live(rows, watch)
        told[name] = {"peak_mb": watch.peak_mb, "seconds": watch.seconds}
    return told


if __name__ == "__main__":
    settings = json.loads(sys.argv[3])
    application = create_app(Settings(**{**settings, "data_dir": Path(settings["data_dir"])}))
    sys.stdout.write(json.dumps(measure(application, int(sys.argv[1]), int(sys.argv[2]))))
