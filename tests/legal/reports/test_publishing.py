"""Reports are published once, by a third person, for closed months, and stay as they are."""

import hashlib
import json
import re
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from legal.reports.preparing import ReportOrder
from legal.reports.publishing import add_note, publish_report, withdraw_note
from legal.reports.report import TransparencyReport, current_reports, list_notes
from staff.audit import AuditEvent
from tests.legal.conftest import usd
from tests.legal.reports.conftest import Desk
from tests.legal.test_bond_following import posted
from tests.legal.test_transparency import pay

NOVEMBER = date(2025, 11, 1)


def test_a_report_tells_month_phase_and_class_and_no_narrative(busy: Desk) -> None:
    report = busy.publish()
    hours = report.figures["hours"]
    assert [each["tenths"] for each in hours["by_month"]] == [400, 516, 456]
    assert {each["phase"]: each["tenths"] for each in hours["by_phase"]} == {"L200": 864, "other": 508}
    assert "stays with counsel" not in report.content
    assert report.figures["period"] == {"first_month": "2025-09", "last_month": "2025-11"}


def test_the_digest_is_that_of_the_published_bytes(busy: Desk) -> None:
    report = busy.publish()
    assert report.sha256 == hashlib.sha256(report.content.encode()).hexdigest()
    assert report.is_as_published
    assert json.loads(report.content)["id"] == report.id


@pytest.mark.parametrize(
    "change", ["UPDATE transparency_report SET content = '{}'", "DELETE FROM transparency_report"]
)
def test_the_database_refuses_to_change_a_report(session: Session, busy: Desk, change: str) -> None:
    busy.publish()
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(change))


@pytest.mark.parametrize("name", ["bob", "dana", "frida"])
def test_who_had_a_hand_in_it_does_not_publish(session: Session, busy: Desk, name: str) -> None:
    busy.case.give(usd("1000"))
    pay(busy.case, "405")
    member = busy.case.dana if name == "dana" else getattr(busy.case.cast, name)
    member.role = "owner"
    session.commit()
    with pytest.raises(Forbidden, match="third person"), transaction():
        publish_report(busy.case.actor(name), busy.case.campaign.id, ReportOrder())
    assert current_reports(busy.case.campaign.id) == []


def test_the_partner_reads_and_does_not_publish(busy: Desk) -> None:
    with pytest.raises(Forbidden), transaction():
        publish_report(busy.case.actor("charlie"), busy.case.campaign.id, ReportOrder())
    with pytest.raises(Forbidden), transaction():
        publish_report(busy.case.actor("vera"), busy.case.campaign.id, ReportOrder())


def test_only_months_that_have_ended_are_told(busy: Desk) -> None:
    busy.hours("PARTNR", date(2025, 12, 1), 50)
    with pytest.raises(Invalid) as refusal:
        busy.publish(date(2025, 12, 1))
    assert "through" in refusal.value.errors
    assert busy.publish().figures["hours"]["total_tenths"] == 1372


def test_the_next_report_begins_where_the_one_before_ended(busy: Desk) -> None:
    first = busy.publish(date(2025, 10, 1))
    second = busy.publish()
    assert (second.first_month, second.last_month) == (NOVEMBER, NOVEMBER)
    with pytest.raises(Conflict) as refusal:
        busy.publish()
    assert refusal.value.code == "nothing_new"
    totals = [each.figures["hours"]["total_tenths"] for each in (first, second)]
    assert sum(totals) == 1372


def test_a_campaign_that_is_not_public_has_no_public_report(session: Session, busy: Desk) -> None:
    busy.case.campaign.published_at = None
    session.commit()
    with pytest.raises(Conflict) as refusal:
        busy.publish()
    assert refusal.value.code == "campaign_not_public"


def test_costs_and_bonds_are_those_of_the_ledger(busy: Desk, in_december) -> None:  # noqa: ANN001
    in_december.move_to("2025-11-20")
    busy.case.give(usd("10000"))
    pay(busy.case, "405.00")
    in_december.move_to("2025-12-03")
    pay(busy.case, "100.00")
    figures = busy.publish().figures
    assert figures["costs"] == [{"category": "court_fees", "amount_minor": 40500}]
    assert figures["tiles"]["cash_spent_minor"] == 40500
    assert figures["bonds"]["times_recycled"] == "0.00"


def test_a_bond_whose_amount_the_client_keeps_is_in_no_report(
    session: Session,
    busy: Desk,
    in_december,  # noqa: ANN001
) -> None:
    in_december.move_to("2025-11-20")
    busy.case.give(usd("20000"))
    posted(busy.case)
    busy.case.campaign.tells_bond_amount = False
    session.commit()
    in_december.move_to("2025-12-03")
    report = busy.publish()
    bonds = report.figures["bonds"]
    assert bonds.pop("withheld") == "no_consent"
    assert set(bonds.values()) == {None}
    assert report.figures["tiles"]["bond_held_minor"] is None
    assert not re.search(r"800_?000|8,000", report.content)
    assert not report.tells_bond_amount
    busy.case.campaign.tells_bond_amount = True
    session.commit()
    corrected = busy.publish(supersedes_id=report.id, reason="The client agreed to the amount")
    assert corrected.figures["bonds"]["posted_minor"] == 800_000


def test_publication_is_in_the_trail(busy: Desk) -> None:
    report = busy.publish()
    event = db.session.query(AuditEvent).filter_by(verb="report.published").one()
    assert (event.subject, event.after) == (
        report.id,
        {"sha256": report.sha256, "period": report.figures["period"], "supersedes": None},
    )


def test_a_note_passes_the_screen_and_can_be_taken_back(busy: Desk) -> None:
    report = busy.publish(note="We thank everyone who gave time.")
    carla = busy.case.actor("carla")
    with pytest.raises(Conflict) as refusal, transaction():
        add_note(carla, report.id, body="His number is A 012-345-678.")
    assert refusal.value.code == "look_again"
    with transaction():
        note = add_note(carla, report.id, body="A second note.")
        withdraw_note(carla, note.id)
    assert [each.body for each in list_notes(report)] == ["We thank everyone who gave time."]
    with pytest.raises(Conflict), transaction():
        withdraw_note(carla, note.id)
    with pytest.raises(NotFound), transaction():
        withdraw_note(carla, "rnote_nothing")


def test_a_report_keeps_its_figures_whatever_happens_later(busy: Desk) -> None:
    report = busy.publish()
    before = report.content
    busy.hours("ASSOC", date(2025, 10, 20), 99, times=20)
    db.session.expire_all()
    assert db.session.get_one(TransparencyReport, report.id).content == before
