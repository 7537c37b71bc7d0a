"""Asking for hours: pledged by lawyers, confirmed by mail, decided by staff, counted when certified."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.drives.goal import PRO_BONO_HOURS, Goal
from core.db import db
from core.errors import Conflict
from core.mail import OutgoingMail
from legal.matters.timekeeper import Timekeeper
from legal.pledges.hours_pledge import STATES, TRANSITIONS, HoursPledge
from staff.member import Member
from tests.legal.conftest import send
from tests.legal.reports.conftest import Desk

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def asking(session: Session, desk: Desk, in_december: object) -> Drive:
    """A drive of ten days that asks for 40 hours; it closes at the end of 10 December in Chicago."""
    drive = Drive(
        campaign_id=desk.case.campaign.id,
        organisation_id=desk.case.cast.refugio.id,
        fund_id=desk.case.fund.id,
        slug="hours",
        title="Forty hours for Carlos",
        story="Lawyers wanted.",
        currency="USD",
        opens_at=datetime(2025, 12, 1, 6, tzinfo=UTC),
        closes_at=datetime(2025, 12, 11, 6, tzinfo=UTC),
        zone="America/Chicago",
        deductibility="not_deductible",
        published_at=datetime(2025, 12, 1, 6, tzinfo=UTC),
    )
    session.add(drive)
    session.flush()
    session.add(Goal(drive_id=drive.id, metric=PRO_BONO_HOURS, target=40))
    session.commit()
    return drive


def typed(**changed: str) -> dict[str, str]:
    plain = {"hours": "25", "name": "Lena Ortiz", "email": "lena@example.org", "classification": "ASSOC"}
    return plain | {"bar": "Texas", "bar_year": "2015"} | changed


def the_pledge() -> HoursPledge:
    db.session.expire_all()
    return db.session.scalars(select(HoursPledge)).one()


def link() -> str:
    text = db.session.scalars(select(OutgoingMail.text)).one()
    return next(line for line in text.splitlines() if "/hours-pledges/" in line).removeprefix(
        "http://localhost"
    )


def told(client: FlaskClient) -> dict[str, int]:
    (goal,) = client.get("/d/hours/progress.json").get_json()["goals"]
    return goal


def test_a_pledge_becomes_a_timekeeper_and_counts_when_certified(
    client: FlaskClient, desk: Desk, asking: Drive, sign_in: SignIn
) -> None:
    assert "Give hours" in client.get("/d/hours").text
    assert "Pledge these hours" in client.get("/d/hours/hours").text
    assert send(client, "/d/hours/hours", typed()).status_code == 200
    assert the_pledge().state == "unconfirmed"
    assert "25 hours" in client.get(link()).text
    assert the_pledge().state == "unconfirmed"
    send(client, link())
    send(client, link())
    assert the_pledge().state == "confirmed"
    assert told(client)["pledged"] == 0

    bob = sign_in(desk.case.cast.bob)
    assert "Lena Ortiz" in bob.get("/staff/hours-pledges").text
    send(bob, f"/staff/hours-pledges/{the_pledge().id}/acceptances")
    keeper = db.session.scalars(select(Timekeeper).where(Timekeeper.name == "Lena Ortiz")).one()
    assert (the_pledge().state, the_pledge().timekeeper_id) == ("accepted", keeper.id)
    assert told(client) == {"metric": "pro_bono_hours", "target": 40, "actual": 0, "pledged": 25}

    desk.keepers["ASSOC"] = keeper
    desk.hours("ASSOC", date(2025, 12, 2), 125)
    assert told(client)["actual"] == 12
    page = client.get("/d/hours").text
    assert ">12<" in page
    assert "25 hours are pledged, apart from these." in page
    assert "Lena" not in page


def test_only_certified_hours_of_the_drive_s_days_count(
    client: FlaskClient, desk: Desk, asking: Drive
) -> None:
    desk.hours("ASSOC", date(2025, 11, 30), 100)
    desk.hours("ASSOC", date(2025, 12, 11), 100)
    desk.case.submit(worked_on=date(2025, 12, 2), minutes=600)
    assert told(client)["actual"] == 0
    desk.hours("ASSOC", date(2025, 12, 1), 10)
    desk.hours("ASSOC", date(2025, 12, 10), 10)
    assert told(client)["actual"] == 2


def test_the_api_tells_the_same(client: FlaskClient, desk: Desk, asking: Drive) -> None:
    desk.hours("ASSOC", date(2025, 12, 1), 70)
    head = {"Authorization": f"Bearer {desk.case.bearer('alice')}"}
    answer = client.get(f"/api/v1/drives/{asking.id}/progress", headers=head)
    assert answer.get_json()["goals"] == [told(client)]


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": "0"},
        {"hours": "2001"},
        {"hours": "x"},
        {"email": "nobody"},
        {"name": ""},
        {"classification": "KING"},
    ],
)
def test_a_wrong_pledge_is_named_and_not_kept(
    client: FlaskClient, asking: Drive, changed: dict[str, str]
) -> None:
    assert send(client, "/d/hours/hours", typed(**changed)).status_code == 422
    assert db.session.scalars(select(HoursPledge)).all() == []


def test_a_machine_is_thanked_and_not_kept(client: FlaskClient, asking: Drive) -> None:
    assert send(client, "/d/hours/hours", typed(website="https://spam.example")).status_code == 200
    assert db.session.scalars(select(HoursPledge)).all() == []


def test_a_drive_that_is_closed_or_asks_for_none_takes_no_pledge(
    session: Session, client: FlaskClient, asking: Drive, in_december: object
) -> None:
    asking.closed_at = datetime(2025, 12, 2, tzinfo=UTC)
    session.commit()
    assert send(client, "/d/hours/hours", typed()).status_code == 409
    session.query(Goal).delete()
    session.commit()
    assert client.get("/d/hours/hours").status_code == 404
    assert client.get("/hours-pledges/forged").status_code == 404


@pytest.mark.parametrize(("present", "wanted"), list(product(STATES, STATES)))
@pytest.mark.pure
def test_all_pairs_of_states(present: str, wanted: str) -> None:
    pledge = HoursPledge(state=present)
    if (present, wanted) in TRANSITIONS:
        pledge.move_to(wanted)
        assert pledge.state == wanted
        return
    with pytest.raises(Conflict) as refusal:
        pledge.move_to(wanted)
    assert (refusal.value.code, pledge.state) == ("illegal_transition", present)


def test_a_declined_pledge_counts_nowhere_and_stays_declined(
    client: FlaskClient, desk: Desk, asking: Drive, sign_in: SignIn
) -> None:
    send(client, "/d/hours/hours", typed())
    send(client, link())
    bob, address = sign_in(desk.case.cast.bob), f"/staff/hours-pledges/{the_pledge().id}"
    send(bob, f"{address}/refusals")
    send(bob, f"{address}/acceptances")
    assert (the_pledge().state, told(client)["pledged"]) == ("declined", 0)
    assert send(sign_in(desk.case.cast.charlie), f"{address}/acceptances").status_code == 404


def test_a_pledge_told_to_staff_waits_for_the_decision_without_a_mail(
    session: Session, asking: Drive, desk: Desk, sign_in: SignIn
) -> None:
    bob = sign_in(desk.case.cast.bob)
    assert "Told by telephone or on paper" in bob.get("/staff/hours-pledges").text
    at = "/staff/hours-pledges"
    assert send(bob, at, typed(drive_id=asking.id, hours="0")).status_code == 422
    assert send(bob, at, typed(drive_id="drv_nobody")).status_code == 422
    assert send(bob, at, typed(drive_id=asking.id)).status_code == 302
    assert (the_pledge().state, the_pledge().hours) == ("confirmed", 25)
    assert session.scalars(select(OutgoingMail)).all() == []
    asking.closes_at = datetime(2025, 12, 2, tzinfo=UTC)
    session.commit()
    assert send(bob, at, typed(drive_id=asking.id)).status_code == 409


def test_software_writes_down_lists_and_decides(
    session: Session, asking: Drive, desk: Desk, client: FlaskClient
) -> None:
    head = {"Authorization": f"Bearer {desk.case.bearer('bob')}"}
    body = {**typed(), "hours": 25, "bar_year": 2015, "drive_id": asking.id}
    made = client.post("/api/v1/hours-pledges", json=body, headers=head)
    assert (made.status_code, made.get_json()["state"]) == (201, "confirmed")
    at = f"/api/v1/hours-pledges/{made.get_json()['id']}"
    theirs = {"Authorization": f"Bearer {desk.case.bearer('charlie')}"}
    assert client.get("/api/v1/hours-pledges", headers=theirs).get_json()["items"] == []
    assert client.post(f"{at}/acceptances", headers=theirs).status_code == 404
    assert client.post("/api/v1/hours-pledges", json=body, headers=theirs).status_code == 422
    accepted = client.post(f"{at}/acceptances", headers=head).get_json()
    assert (
        accepted["timekeeper_id"]
        == session.scalars(select(Timekeeper.id).where(Timekeeper.name == "Lena Ortiz")).one()
    )
    refused = client.post(f"{at}/refusals", headers=head)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "illegal_transition")
    listed = client.get("/api/v1/hours-pledges?state=accepted", headers=head).get_json()["items"]
    assert [each["email"] for each in listed] == ["lena@example.org"]
