"""The queue: SQLite by default, PostgreSQL or Redis in production.

A job only nudges work that is a row, so a lost or repeated job loses and repeats nothing: the row says what
is left to do, and a sweep (`@every`) finds rows whose nudge was lost.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
from flask import Flask, current_app
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, crontab
from huey.storage import SqliteStorage

from core import clock
from core.db import transaction
from core.operating import job_run

log = logging.getLogger(__name__)
#: How long a watch that is told to stop may take to finish what it does.
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Job:
    name: str
    run: Callable[..., Any]
    minutes: int | None = None


@dataclass(frozen=True)
class Watch:
    """Looks for rows that are due, again and again: `run` says whether it found any. Work that comes often needs
    no nudge then, which costs who brings it a write into the queue."""

    name: str
    run: Callable[[], bool]
    seconds: float


_jobs: dict[str, Job] = {}
_watches: dict[str, Watch] = {}


def job(function: Callable[..., Any]) -> Job:
    """Declare a function of ids as a job. It opens its own transactions and may run twice."""
    return _declare(Job(_name(function), function))


def every(*, minutes: int) -> Callable[[Callable[[], Any]], Job]:
    """Declare a sweep that the worker runs every so many `minutes` (1 to 59)."""
    return lambda function: _declare(Job(_name(function), function, minutes))


def watch(*, seconds: float) -> Callable[[Callable[[], bool]], Watch]:
    """Declare what each worker does without end, with a rest of so many `seconds` when nothing was there."""

    def declare(function: Callable[[], bool]) -> Watch:
        declared = Watch(_name(function), function, seconds)
        _watches[declared.name] = declared
        return declared

    return declare


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _declare(declared: Job) -> Job:
    _jobs[declared.name] = declared
    return declared


def init_app(app: Flask, url: str) -> None:
    """Open the queue at `url` and give it every declared job; import the job modules before."""
    queue = _open(url)
    tasks: dict[str, Callable[..., Any]] = {}
    for declared in _jobs.values():
        run = _within(app, declared)
        if declared.minutes is None:
            tasks[declared.name] = queue.task(name=declared.name)(run)
        else:
            when = crontab(minute=f"*/{declared.minutes}")
            tasks[declared.name] = queue.periodic_task(when, name=declared.name)(run)
    app.extensions["queue"] = queue
    app.extensions["queue_tasks"] = tasks


class _QueueFile(SqliteStorage):
    """A file of nudges. It stays sound when the power fails, but does not wait for the disk at each one: the
    sweep finds the row of a nudge that was lost."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection


def _connect(address: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(address, autocommit=True)
    connection.execute("SET synchronous_commit = off")  # as above: a lost nudge is no loss
    return connection


def _open(url: str) -> Huey:
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        filename = url.removeprefix("sqlite:///")
        return Huey("amparo", results=False, storage_class=_QueueFile, filename=filename)
    if scheme.startswith("postgresql"):
        address = url.replace("postgresql+psycopg", "postgresql")
        return PostgresHuey("amparo", connection=lambda: _connect(address), results=False)
    if scheme.startswith("redis"):
        return RedisHuey("amparo", url=url, results=False)
    return MemoryHuey("amparo", immediate=True, results=False)


def _within(app: Flask, declared: Job) -> Callable[..., Any]:
    called = declared.run if declared.minutes is None else lambda: run_scheduled(declared)

    def run(*args: Any) -> None:
        # In immediate mode the caller's own context and session are at hand; a worker opens a fresh one.
        if current_app:
            called(*args)
        else:
            with app.app_context():
                called(*args)

    run.__name__ = declared.name.replace(".", "_")
    return run


def enqueue(declared: Job, *args: str) -> None:
    """Nudge: ask the worker to run a job soon. Call it after the commit that wrote the row."""
    current_app.extensions["queue_tasks"][declared.name](*args)


def wake(declared: Watch) -> None:
    """Something is there for a watch. A worker sees it soon by itself; without one it is looked for now."""
    if current_app.extensions["queue"].immediate:
        declared.run()


def run_scheduled(declared: Job) -> None:
    """Run a sweep now, and write into the register when it began and how it ended."""
    _note(declared, began_at=clock.now())
    try:
        declared.run()
    except Exception as failure:
        _note(declared, failed_at=clock.now(), failure=type(failure).__name__)
        raise
    _note(declared, ended_at=clock.now())


def _note(declared: Job, **changed: Any) -> None:
    with transaction():
        job_run.note(declared.name, declared.minutes or 0, **changed)


def periodic_jobs() -> list[Job]:
    """The sweeps, for running them all by hand."""
    return [declared for declared in _jobs.values() if declared.minutes is not None]


def work(app: Flask, workers: int) -> None:
    """Run the worker until it is told to stop. Polls every half second at the slowest."""
    queue: Huey = app.extensions["queue"]
    stopping = threading.Event()
    watching = [
        threading.Thread(target=_watch, args=(app, each, stopping), name=each.name, daemon=True)
        for each in _watches.values()
    ]
    for thread in watching:
        thread.start()
    try:
        queue.create_consumer(workers=workers, initial_delay=0.05, backoff=1.2, max_delay=0.5).run()
    finally:
        stopping.set()
        for thread in watching:
            thread.join(_STOP_SECONDS)


def _watch(app: Flask, declared: Watch, stopping: threading.Event) -> None:
    while not stopping.is_set():
        found = False
        try:
            with app.app_context():
                found = declared.run()
        except Exception:
            log.exception("%s failed; it looks again", declared.name)
        if not found:
            stopping.wait(declared.seconds)
