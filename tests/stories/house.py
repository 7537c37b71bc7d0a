"""A whole Amparo for the stories: web, worker, Stripe sandbox, SMTP server, each reached over its own port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests
from flask import Flask
from playwright.sync_api import Page

from app import create_app
from core.db import db
from core.settings import Settings
from sandbox.server import Box, start
from tests.databases import migrated_url
from tests.stories.letterbox import Letterbox, free_port, letterbox

ROOT = Path(__file__).parent.parent.parent
T = TypeVar("T")


def until(condition: Callable[[], T | None], patience_seconds: float = 15) -> T:
    """The first true value of the condition. Raises AssertionError when it does not come in time."""
    end = time.monotonic() + patience_seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"not true after {patience_seconds} s; the last answer was {found!r}"
        time.sleep(0.02)


def shows(page: Page, address: str, wanted: dict[str, list[str]]) -> bool:
    """Whether the page, asked for anew, has these texts at these selectors. A web process may answer from
    memory for two seconds, so the figures of one are not yet those of the other."""
    page.goto(address)
    return all(page.locator(selector).all_inner_texts() == texts for selector, texts in wanted.items())


@dataclass
class House:
    """What a story sees of the running installation. `app` is a second process' view of the same database."""

    url: str
    app: Flask
    settings: Settings
    box: Box
    letters: Letterbox
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    #: Playwright keeps an event loop running in the tests' thread, which no Flask context gets along with.
    aside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def look(self, question: Callable[[], T]) -> T:
        """The answer to a question about the database, asked in a thread and a context of its own."""

        def ask() -> T:
            with self.app.app_context():
                return question()

        return self.aside.submit(ask).result(timeout=60)

    def environment(self) -> dict[str, str]:
        """The settings as the processes get them."""
        given = {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.settings.database_url,
            "QUEUE_URL": self.settings.queue_url,
            "BASE_URL": self.settings.base_url,
            "MAIL_URL": self.settings.mail_url,
            "STRIPE_API_BASE": self.settings.stripe_api_base,
            "LOG_LEVEL": "INFO",
        }
        return {**os.environ, **{f"AMPARO_{name}": value for name, value in given.items()}}

    def start(self, *module_and_arguments: str) -> subprocess.Popen[bytes]:
        """A process of the installation; its log is a file of the folder."""
        with (self.folder / f"{module_and_arguments[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *module_and_arguments],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=5)

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def progress(self, slug: str) -> dict[str, Any]:
        return requests.get(f"{self.url}/d/{slug}/progress.json", timeout=10).json()

    def command(self, *arguments: str) -> str:
        """Run a `flask` command as an operator would; fails unless it exits 0."""
        runner = self.app.test_cli_runner()
        done = self.aside.submit(runner.invoke, args=list(arguments)).result(timeout=60)
        assert done.exit_code == 0, done.output
        return done.output


@contextmanager
def running_house(folder: Path, database_kind: str) -> Iterator[House]:
    """Everything started and answering; stopped at the end."""
    web_port = free_port()
    url = f"http://127.0.0.1:{web_port}"
    database = migrated_url(database_kind, folder)
    with letterbox() as letters, start(webhooks=[(f"{url}/stripe/events", "whsec_sandbox")]) as box:
        settings = Settings(
            data_dir=folder,
            database_url=database,
            base_url=url,
            mail_url=letters.url,
            queue_url=database if database_kind == "postgresql" else f"sqlite:///{folder / 'queue.sqlite'}",
            stripe_api_base=box.url,
            log_level="WARNING",
        )
        house = House(url, create_app(settings), settings, box, letters, folder)
        try:
            _start_all(house, web_port)
            yield house
        finally:
            house.stop()
            house.look(lambda: db.engine.dispose())
            house.aside.shutdown()


def _start_all(house: House, web_port: int) -> None:
    house.start(
        *("granian", "--interface", "wsgi", "--factory", "app:create_app"),
        *("--host", "127.0.0.1", "--port", str(web_port), "--no-ws", "--log-level", "warning"),
        *("--workers", "2", "--blocking-threads", "2"),
    )
    house.start("flask", "--app", "app", "worker", "--workers", "2")
    until(lambda: _answers(f"{house.url}/readyz"), patience_seconds=60)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False
