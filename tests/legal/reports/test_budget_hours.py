"""Hours in a budget are those that published reports tell: never a single small entry, and nothing before."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import add_stage, drop_stage
from legal.reports import report_phase
from legal.reports.report_phase import ReportPhase
from tests.clearing import show_names
from tests.legal.budgets import open_drive
from tests.legal.conftest import usd
from tests.legal.reports.conftest import Desk


@pytest.fixture
def drive(session: Session, busy: Desk) -> Drive:
    made = open_drive(session, busy.case)
    with transaction():
        for name, phases in (("Filing", ["L200"]), ("Preparation", ["L100"]), ("Appeal", ["L500"])):
            terms = StageTerms(name=name, estimate=usd("1000"), phases=phases)
            add_stage(busy.case.actor("alice"), made.id, terms)
        show_names(made.id)
    return made


def told(client: FlaskClient) -> dict[str, Any]:
    stages = client.get("/d/bond/progress.json").get_json()["budget"]["stages"]
    return {each["name"]: each["pro_bono"] for each in stages}


NOTHING = {"hours": 0.0, "in_kind_minor": 0}


def test_nothing_is_told_before_a_report_and_then_what_the_report_tells(
    busy: Desk, client: FlaskClient, drive: Drive
) -> None:
    assert told(client) == {"Filing": NOTHING, "Preparation": NOTHING, "Appeal": NOTHING}
    assert "Covered pro bono" not in client.get("/d/bond?lang=en").text
    report = busy.publish()
    assert list(report_phase.verify()) == []
    lines = {each["phase"]: each for each in report.figures["hours"]["by_phase"]}
    assert "L500" not in lines, "two entries of one person are told within other phases"
    shown = told(client)
    for name, phase in (("Filing", "L200"), ("Preparation", "L100")):
        line = lines.get(phase, {"tenths": 0, "value_minor": 0})
        assert shown[name] == {"hours": line["tenths"] / 10, "in_kind_minor": line["value_minor"]}
    assert shown["Filing"]["hours"] > 0
    assert shown["Appeal"] == NOTHING
    assert "Covered pro bono" in client.get("/d/bond?lang=en").text


def test_hours_certified_since_wait_for_the_next_report(
    busy: Desk, client: FlaskClient, drive: Drive
) -> None:
    busy.publish()
    before = told(client)
    busy.hours("ASSOC", date(2025, 11, 20), 55)
    assert told(client) == before


def test_a_corrected_report_takes_the_place_of_the_one_before(
    busy: Desk, client: FlaskClient, drive: Drive
) -> None:
    first = busy.publish()
    second = busy.correct_with_late_hours(first)
    assert second.figures["hours"]["total_tenths"] > first.figures["hours"]["total_tenths"]
    lines = {each["phase"]: each["tenths"] for each in second.figures["hours"]["by_phase"]}
    assert told(client)["Filing"]["hours"] == lines["L200"] / 10


def test_hours_and_their_value_are_in_no_amount_of_money(
    busy: Desk, client: FlaskClient, drive: Drive
) -> None:
    before = client.get("/d/bond/progress.json").get_json()["budget"]
    busy.publish()
    after = client.get("/d/bond/progress.json").get_json()["budget"]
    for stage in (*before["stages"], *after["stages"]):
        del stage["pro_bono"]
    assert after == before


def test_phases_of_a_dropped_stage_are_free_for_another(
    busy: Desk, client: FlaskClient, drive: Drive
) -> None:
    busy.publish()
    hours = told(client)["Filing"]
    filing = client.get("/d/bond/progress.json").get_json()["budget"]["stages"][0]
    with transaction():
        drop_stage(busy.case.actor("alice"), filing["id"])
        terms = StageTerms(name="Petition", estimate=usd("605"), phases=["L200"])
        add_stage(busy.case.actor("alice"), drive.id, terms)
        show_names(drive.id)
    assert told(client)["Petition"] == hours
    assert told(client)["Filing"] == NOTHING


def test_rows_that_say_something_else_than_their_report_are_named(
    session: Session, busy: Desk, drive: Drive
) -> None:
    report = busy.publish()
    session.add(ReportPhase(report_id=report.id, phase="L300", hours_tenths=1, value_minor=1, currency="USD"))
    session.flush()
    (said,) = report_phase.verify()
    assert report.id in said
