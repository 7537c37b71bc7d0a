"""Reports as staff meets them, and the same for software."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from campaigns.partner import Partner
from core import clock
from core.db import db
from legal.reports.report import current_reports, list_notes
from staff.member import Member
from tests.legal.conftest import send
from tests.legal.reports.conftest import Desk

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

SignIn = Callable[[Member], FlaskClient]


def address(desk: Desk) -> str:
    return f"/staff/campaigns/{desk.case.campaign.id}/reports/new"


def test_the_preview_shows_what_is_hidden_and_why(busy: Desk, carla: FlaskClient) -> None:
    page = carla.get(address(busy), query_string={"k": "11"}).text
    assert "What stays hidden, and why" in page
    assert "few entries" in page
    assert "would give others away" in page or "the work of one person" in page
    assert current_reports(busy.case.campaign.id) == []


def test_carla_publishes_reads_notes_and_corrects(busy: Desk, carla: FlaskClient) -> None:
    answer = send(carla, address(busy), {"k": "11", "note": "For our donors."})
    [report] = current_reports(busy.case.campaign.id)
    assert answer.location == f"/staff/reports/{report.id}"
    page = carla.get(answer.location).text
    assert "For our donors." in page
    assert "as it was published" in page
    assert "Bring Carlos home" in carla.get("/staff/reports").text
    send(carla, f"/staff/reports/{report.id}/notes", {"note": "More."})
    note = next(each for each in list_notes(report) if each.body == "More.")
    send(carla, f"/staff/report-notes/{note.id}/withdrawals")
    assert [each.body for each in list_notes(report)] == ["For our donors."]
    send(carla, address(busy), {"k": "11", "supersedes_id": report.id, "reason": "A cost was wrong"})
    assert current_reports(busy.case.campaign.id)[0].supersedes_id == report.id
    assert "Replaced" in carla.get("/staff/reports").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"through": "November"}, "Write a month as year and month"),
        ({"through": "2025-12"}, "Choose a month that has ended"),
        ({"k": "2"}, "Must be greater than or equal to 5"),
        ({"note": "His number is A 012-345-678"}, "Look again"),
    ],
)
def test_bad_input_names_the_rule_and_publishes_nothing(
    busy: Desk, carla: FlaskClient, typed: dict[str, str], said: str
) -> None:
    answer = send(carla, address(busy), {"k": "11", **typed})
    assert answer.status_code == 422
    assert said in answer.text or "5" in answer.text
    assert current_reports(busy.case.campaign.id) == []


def test_a_lawyer_sees_the_list_and_may_not_preview(busy: Desk, sign_in: SignIn) -> None:
    bob = sign_in(busy.case.cast.bob)
    assert bob.get("/staff/reports").status_code == 200
    assert bob.get(address(busy)).status_code == 403


def test_an_owner_who_had_a_hand_is_told_so(busy: Desk, sign_in: SignIn) -> None:
    busy.case.cast.bob.role = "owner"
    db.session.commit()
    page = sign_in(busy.case.cast.bob).get(address(busy)).text
    assert "A third person publishes" in page


def test_an_empty_campaign_says_so(desk: Desk, carla: FlaskClient) -> None:
    assert "There are no hours and no costs to report yet." in carla.get(address(desk)).text
    assert "No report yet" in carla.get("/staff/reports").text


def test_software_publishes_and_reads(busy: Desk, client: FlaskClient) -> None:
    head = {"Authorization": f"Bearer {busy.case.bearer('carla')}"}
    made = client.post(
        f"/api/v1/campaigns/{busy.case.campaign.id}/transparency-reports",
        json={"through": "2025-10", "note": "First"},
        headers=head,
    )
    assert made.status_code == 201, made.text
    body = made.get_json()
    assert (body["last_month"], body["content"]["method"]["k"]) == ("2025-10", 11)
    report_id = body["id"]
    assert client.get(f"/api/v1/transparency-reports/{report_id}", headers=head).get_json() == body
    listed = client.get("/api/v1/transparency-reports", headers=head).get_json()
    assert [each["id"] for each in listed["items"]] == [report_id]
    noted = client.post(
        f"/api/v1/transparency-reports/{report_id}/notes", json={"note": "Second"}, headers=head
    )
    assert noted.status_code == 201
    gone = client.delete(f"/api/v1/report-notes/{noted.get_json()['id']}", headers=head)
    assert gone.get_json()["withdrawn_at"] is not None
    again = client.post(
        f"/api/v1/campaigns/{busy.case.campaign.id}/transparency-reports",
        json={"through": "2025-10"},
        headers=head,
    )
    assert (again.status_code, again.get_json()["code"]) == (409, "nothing_new")


def test_another_organisation_s_report_is_not_there(
    session: Session, busy: Desk, client: FlaskClient
) -> None:
    report = busy.publish()
    head = {"Authorization": f"Bearer {busy.case.bearer('charlie')}"}
    assert client.get(f"/api/v1/transparency-reports/{report.id}", headers=head).status_code == 200
    session.execute(
        update(Partner).where(Partner.organisation_id == busy.case.cast.llano.id).values(ended_at=clock.now())
    )
    session.commit()
    assert client.get(f"/api/v1/transparency-reports/{report.id}", headers=head).status_code == 404
