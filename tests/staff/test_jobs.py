"""Scheduled jobs that stop are noticed: by mail, by a command, on a page, on the home page and by metrics."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock, jobs
from core.db import transaction
from core.mail import OutgoingMail
from core.operating.job_run import JobRun
from staff import alarming
from staff.member import Member
from tests.conftest import Cast

Mails = Callable[[str], list[OutgoingMail]]
NAME = "tests.nightly"


@pytest.fixture
def at(session: Session) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """One scheduled job and no other; it fails with what stands in the list."""
    failures: list[Exception] = []

    def run() -> None:
        if failures:
            raise failures[0]

    only = {NAME: jobs.Job(NAME, run, minutes=5)}
    monkeypatch.setattr(jobs, "_jobs", only)
    return failures


def run_it() -> None:
    jobs.run_scheduled(jobs.periodic_jobs()[0])


def watch(app: Flask) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["jobs", "watch"])
    return done.exit_code, done.output.strip().splitlines()[-1]


def test_a_run_is_registered_with_its_beginning_end_and_failure(
    session: Session, nightly: list[Exception], at: time_machine.Traveller
) -> None:
    began = clock.now()
    run_it()
    row = session.get_one(JobRun, NAME)
    assert (row.minutes, row.began_at, row.ended_at, row.failed_at) == (5, began, began, None)
    nightly.append(ValueError("ana@example.org is no number"))
    at.shift(300)
    with pytest.raises(ValueError, match="no number"):
        run_it()
    session.expire_all()
    assert (row.began_at, row.failed_at, row.ended_at) == (clock.now(), clock.now(), began)
    assert (row.failure, row.is_failing, row.is_late) == ("ValueError", True, False)


def test_the_worker_registers_what_it_runs(app: Flask, session: Session, nightly: list[Exception]) -> None:
    done = app.test_cli_runner().invoke(args=["sweep"])
    assert done.output.strip() == f"{NAME} done"
    assert session.get_one(JobRun, NAME).ended_at is not None


def test_a_job_that_stopped_is_told_once_and_so_is_that_it_runs_again(
    app: Flask,
    session: Session,
    nightly: list[Exception],
    at: time_machine.Traveller,
    cast: Cast,
    mails_to: Mails,
) -> None:
    run_it()
    assert watch(app) == (0, "All scheduled jobs run.")
    at.shift(timedelta(minutes=20))
    assert watch(app)[0] == 0  # two turns of five minutes, and ten more
    at.shift(timedelta(minutes=1))
    assert watch(app) == (1, "1 scheduled jobs have not run in their time.")
    assert mails_to("alice@example.org") == []  # it may just be catching up
    at.shift(timedelta(minutes=4))
    for _again in range(3):
        assert watch(app)[0] == 1
        at.shift(timedelta(minutes=4))
    (mail,) = mails_to("alice@example.org")
    assert "stopped" in mail.subject
    assert NAME in mail.text
    assert [len(mails_to(f"{name}@example.org")) for name in ("charlie", "frida", "bob")] == [1, 0, 0]
    run_it()
    for _again in range(2):
        assert watch(app)[0] == 0
    assert [each.subject for each in mails_to("alice@example.org")][1:] == [
        "Scheduled work on Amparo runs again"
    ]
    at.shift(timedelta(minutes=21))
    watch(app)
    at.shift(timedelta(minutes=4))
    watch(app)
    assert len(mails_to("alice@example.org")) == 3


def test_a_job_that_never_ran_or_fails_each_time_is_late_too(
    app: Flask, session: Session, nightly: list[Exception], at: time_machine.Traveller
) -> None:
    nightly.append(RuntimeError("always"))
    assert watch(app)[0] == 0
    for _turn in range(5):
        at.shift(timedelta(minutes=5))
        with pytest.raises(RuntimeError):
            run_it()
    assert watch(app)[0] == 1
    said = app.test_cli_runner().invoke(args=["jobs", "status"])
    assert said.exit_code == 1
    assert said.output.startswith(f"LATE    {NAME}: has never ended well; failed at ")
    assert "(RuntimeError)" in said.output


def test_operators_are_told_instead_of_owners_where_there_are_any(
    app: Flask,
    session: Session,
    nightly: list[Exception],
    at: time_machine.Traveller,
    cast: Cast,
    mails_to: Mails,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = replace(app.config["SETTINGS"], operators=("ops@example.org",))
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    watch(app)
    at.shift(timedelta(minutes=30))
    watch(app)
    at.shift(timedelta(minutes=4))
    watch(app)
    assert len(mails_to("ops@example.org")) == 1
    assert mails_to("alice@example.org") == []


def test_page_home_status_and_metrics_say_it(
    app: Flask,
    client: FlaskClient,
    nightly: list[Exception],
    at: time_machine.Traveller,
    cast: Cast,
    sign_in: Callable[[Member], FlaskClient],
) -> None:
    owner = sign_in(cast.alice)
    assert "Nothing has run yet" in owner.get("/staff/jobs").text
    assert app.test_cli_runner().invoke(args=["jobs", "status"]).exit_code == 1
    run_it()
    assert "in time" in owner.get("/staff/jobs").text
    assert "scheduled job" not in owner.get("/staff/").text
    assert f'amparo_job_late{{job="{NAME}"}} 0.0' in client.get("/metrics").text
    assert app.test_cli_runner().invoke(args=["jobs", "status"]).exit_code == 0
    at.shift(timedelta(minutes=21))
    assert "One job has not run in its time." in owner.get("/staff/jobs").text
    assert "One scheduled job has not run in its time" in owner.get("/staff/").text
    metrics = client.get("/metrics").text
    assert f'amparo_job_late{{job="{NAME}"}} 1.0' in metrics
    assert f'amparo_job_age_seconds{{job="{NAME}"}} 1260.0' in metrics
    for other in (cast.frida, cast.vera):
        browser = sign_in(other)
        assert browser.get("/staff/jobs").status_code == 403
        assert "scheduled job" not in browser.get("/staff/").text


def test_a_worker_that_catches_up_now_and_then_is_no_alarm(
    app: Flask,
    session: Session,
    nightly: list[Exception],
    at: time_machine.Traveller,
    cast: Cast,
    mails_to: Mails,
) -> None:
    """A machine that sleeps: each time it wakes all is late, and is done a moment later."""
    for _day in range(4):
        with transaction():
            alarming.watch()
        run_it()
        at.shift(timedelta(days=1))
    assert mails_to("alice@example.org") == []


def test_what_nobody_runs_by_schedule_is_not_waited_for(
    session: Session, nightly: list[Exception], at: time_machine.Traveller
) -> None:
    for _look in range(3):
        with transaction():
            assert alarming.watch() == 0
        at.shift(timedelta(days=1))
