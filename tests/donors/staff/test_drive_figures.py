"""Figures of drives for staff: on the drive's page, on the home page, and their pace."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from core import clock
from core.db import db
from donors.figures import tally
from donors.figures.pacing import at_this_pace
from donors.gifts.gift import Gift
from staff.member import Member
from tests.conftest import Cast

Paid = Callable[..., Gift]
SignIn = Callable[[Member], FlaskClient]
OPENS = datetime(2025, 11, 1, tzinfo=UTC)


def test_the_drive_page_shows_goals_chart_and_gifts(drive: Drive, paid: Paid, frida: FlaskClient) -> None:
    gift = paid("50", rhythm="month")
    page = frida.get(f"/staff/drives/{drive.id}").text
    assert "Raised, day by day" in page
    assert "At this pace:" in page
    assert f"/staff/gifts/{gift.id}" in page


def test_who_sees_no_gifts_sees_the_public_figures_alone(
    drive: Drive, cast: Cast, paid: Paid, sign_in: SignIn
) -> None:
    paid("50")
    page = sign_in(cast.vera).get(f"/staff/drives/{drive.id}").text
    assert "Raised, day by day" in page
    assert "Ana Lopez" not in page
    assert "/staff/gifts" not in page


def test_a_partner_sees_the_public_figures_alone(
    session: Session, drive: Drive, cast: Cast, paid: Paid, charlie: FlaskClient
) -> None:
    paid("50")
    joined = Partner(
        campaign_id=drive.campaign_id, organisation_id=cast.llano.id, part="partner", accepted_at=clock.now()
    )
    session.add(joined)
    session.commit()
    page = charlie.get(f"/staff/drives/{drive.id}").text
    assert "Raised, day by day" in page
    assert "Ana Lopez" not in page


def test_the_home_page_shows_open_drives(drive: Drive, paid: Paid, frida: FlaskClient) -> None:
    paid("50", rhythm="month")
    page = frida.get("/staff/").text
    assert f"/staff/drives/{drive.id}" in page
    assert "of $100,000 raised" in page
    assert "of 130 new monthly donors" in page


def test_a_closed_drive_leaves_the_home_page(session: Session, drive: Drive, frida: FlaskClient) -> None:
    drive.closed_at = clock.now() - timedelta(minutes=1)
    session.commit()
    assert f'<h3><a href="/staff/drives/{drive.id}"' not in frida.get("/staff/").text


@pytest.mark.pure
@pytest.mark.parametrize(
    ("hours_gone", "actual", "expected"),
    [
        (36, 59, 118),
        (24, 59, 177),
        (0.5, 59, None),
        (72, 59, None),
        (80, 59, None),
        (36, 0, 0),
        (36, -5, -10),
    ],
)
def test_the_pace_goes_on_evenly_to_the_deadline(
    hours_gone: float, actual: int, expected: int | None
) -> None:
    drive = Drive(opens_at=OPENS, closes_at=OPENS + timedelta(hours=72), closed_at=None, zone="UTC")
    assert at_this_pace(drive, actual, OPENS + timedelta(hours=hours_gone)) == expected


@pytest.mark.pure
def test_the_pace_of_a_large_drive_does_not_overflow() -> None:
    drive = Drive(opens_at=OPENS, closes_at=OPENS + timedelta(days=3650), closed_at=None, zone="UTC")
    assert at_this_pace(drive, 10**15, OPENS + timedelta(days=365)) == 10**16


@pytest.mark.pure
def test_without_a_deadline_there_is_no_pace() -> None:
    drive = Drive(opens_at=OPENS, closes_at=None, closed_at=None, zone="UTC")
    assert at_this_pace(drive, 5, OPENS + timedelta(days=1)) is None


def test_the_sweep_command_works_on_what_was_left(app: Flask, drive: Drive) -> None:
    answer = app.test_cli_runner().invoke(args=["stripe", "sweep"])
    assert (answer.exit_code, answer.output.count("swept")) == (0, 1)


def test_ledger_verify_recomputes_the_counts_of_donors(app: Flask, drive: Drive, paid: Paid) -> None:
    paid("50")
    runner = app.test_cli_runner()
    assert "donors: all agrees" in runner.invoke(args=["ledger", "verify"]).output
    db.session.get_one(tally.DriveTotal, drive.id).donors += 1
    db.session.commit()
    answer = runner.invoke(args=["ledger", "verify"])
    assert answer.exit_code == 1
    assert "donors: 1 differ" in answer.output
