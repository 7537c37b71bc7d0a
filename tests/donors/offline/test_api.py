"""The same for software: batches, single gifts with an external id, pledges, lines of the bank."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from donors.payouts.bank_line import BankLine
from staff import issuing
from staff.access import Actor
from tests.conftest import Cast
from tests.donors.offline.conftest import figures, today, usd

Ask = Callable[..., Any]
TEN = {"minor": 1000, "currency": "USD"}


@pytest.fixture
def ask(session: Session, client: FlaskClient, finance: Actor, cast: Cast) -> Ask:
    """Software of Frida's organisation."""

    def send(method: str, path: str, body: Any = None, *, who: str = "alice") -> Any:
        session.commit()  # what the test has read so far must not be rolled back with it
        with transaction():
            _token, secret = issuing.issue(
                cast.actor(who), name="Box office", scopes=["gifts.view", "gifts.record", "gifts.refund"]
            )
        headers = {"Authorization": f"Bearer {secret}"}
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    return send


def test_a_batch_from_begin_to_reopening(drive: Drive, ask: Ask) -> None:
    about = {
        "drive_id": drive.id,
        "source": "Box office",
        "received_on": today().isoformat(),
        "expected_count": 1,
        "expected": TEN,
    }
    made = ask("POST", "/batches", about)
    assert made.status_code == 201, made.text
    place = f"/batches/{made.json['id']}"
    line = ask("POST", f"{place}/rows", {"amount": {"minor": 900, "currency": "USD"}}).json
    refused = ask("POST", f"{place}/closings", {})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason"])
    ask("PUT", f"{place}/rows/{line['id']}", {"amount": TEN, "name": "Rosa Diaz"})
    read = ask("GET", place).json
    assert (read["totals"]["agree"], read["rows"][0]["name"]) == (True, "Rosa Diaz")
    assert ask("POST", f"{place}/closings", {}).json["state"] == "closed"
    assert figures(drive) == (1000, 1, 1)
    assert ask("POST", f"{place}/rows", {"amount": TEN}).status_code == 409
    ask("POST", f"{place}/reopenings", {"reason": "A wrong day"})
    assert figures(drive) == (0, 0, 0)
    assert ask("DELETE", f"{place}/rows/{line['id']}").status_code == 204
    assert ask("POST", f"{place}/discards", {}).json["state"] == "discarded"
    assert [each["id"] for each in ask("GET", "/batches?state=discarded").json["items"]] == [read["id"]]
    assert ask("PUT", place, about).status_code == 409
    assert ask("GET", place, who="charlie").status_code == 404


def test_a_gift_told_twice_is_one_and_is_taken_back(drive: Drive, ask: Ask) -> None:
    about = {
        "drive_id": drive.id,
        "amount": TEN,
        "received_on": today().isoformat(),
        "channel": "import",
        "name": "Rosa Diaz",
        "external_source": "box-office",
        "external_id": "17",
    }
    first, again = (ask("POST", "/offline-gifts", about) for _each in range(2))
    assert first.status_code == 201, first.text
    assert first.json["id"] == again.json["id"]
    assert (first.json["channel"], first.json["external_id"]) == ("import", "17")
    place = f"/gifts/{first.json['id']}"
    back = {"amount": {"minor": 400, "currency": "USD"}, "on_day": today().isoformat(), "reason": "Asked"}
    returned = ask("POST", f"{place}/returns", back)
    assert returned.json["state"] == "done"
    assert figures(drive) == (600, 1, 1)
    assert ask("POST", f"{place}/voids", {"kind": "mistake", "reason": "Twice"}).status_code == 409
    ask("POST", f"{place}/returns/{returned.json['id']}/reversals")
    assert ask("POST", f"{place}/voids", {"kind": "mistake", "reason": "Twice"}).status_code == 201
    assert figures(drive) == (0, 0, 0)
    assert ask("POST", "/offline-gifts", about).json["code"] == "voided_before"
    assert ask("POST", f"{place}/refunds", {"amount": TEN, "reason": "Asked"}).json["code"] == "not_at_stripe"
    donor = ask("GET", f"/donors/{first.json['donor_id']}").json
    assert donor["email"] is None


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("channel", "checkout"), ("received_on", "2999-01-01"), ("external_id", "17"), ("drive_id", "drive_x")],
)
def test_what_is_wrong_is_named(drive: Drive, ask: Ask, field: str, wrong: str) -> None:
    about = {"drive_id": drive.id, "amount": TEN, "received_on": today().isoformat(), "channel": "cash"}
    answer = ask("POST", "/offline-gifts", {**about, field: wrong})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_pledge_is_made_paid_and_ended(drive: Drive, ask: Ask) -> None:
    parts = [{"due_on": "2027-01-01", "amount": TEN}, {"due_on": "2027-02-01", "amount": TEN}]
    made = ask("POST", "/pledges", {"drive_id": drive.id, "parts": parts, "name": "Rosa Diaz"})
    assert made.status_code == 201, made.text
    place = f"/pledges/{made.json['id']}"
    paid = {"amount": TEN, "received_on": today().isoformat(), "channel": "check"}
    gift = ask("POST", f"{place}/payments", paid).json
    read = ask("GET", place).json
    assert (read["state"], read["left"], read["gift_ids"]) == ("partly_paid", TEN, [gift["id"]])
    assert [part["paid_minor"] for part in read["parts"]] == [1000, 0]
    for verb, state in (
        ("write-offs", "written_off"),
        ("reinstatements", "partly_paid"),
        ("cancellations", "cancelled"),
    ):
        assert ask("POST", f"{place}/{verb}", {"reason": "As it is"}).json["state"] == state
    assert ask("POST", f"{place}/write-offs", {"reason": "As it is"}).status_code == 409
    assert ask("GET", "/pledges?standing=cancelled").json["items"][0]["id"] == read["id"]
    assert ask("GET", place, who="charlie").status_code == 404
    assert figures(drive) == (1000, 1, 1)


def test_a_line_is_guessed_matched_and_let_go(session: Session, drive: Drive, ask: Ask) -> None:
    parts = [{"due_on": "2027-01-01", "amount": TEN}]
    made = ask("POST", "/pledges", {"drive_id": drive.id, "parts": parts, "name": "Rosa Diaz"}).json
    with transaction():
        line = BankLine(
            organisation_id=drive.organisation_id, external_id="x1", on_day=today(), text=made["reference"]
        )
        line.amount = usd(1000)
        session.add(line)
        session.flush()
        place = f"/bank-transfers/{line.id}"
    [guess] = ask("GET", f"{place}/guesses").json
    assert (guess["kind"], guess["id"], guess["reasons"]) == ("pledge", made["id"], ["reference", "amount"])
    matched = ask("POST", f"{place}/matches", {"kind": guess["kind"], "id": guess["id"]}).json
    assert matched["made_gift"]
    assert figures(drive) == (1000, 1, 1)
    assert ask("GET", "/bank-transfers").json["items"] == []
    assert len(ask("GET", "/bank-transfers?matched=true").json["items"]) == 1
    ask("POST", f"{place}/undoings")
    assert figures(drive) == (0, 0, 0)
    assert ask("POST", f"{place}/undoings").status_code == 404
