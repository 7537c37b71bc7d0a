"""Obligors are sealed, documents of bonds are read by the fund's organisation alone, and each look is on record."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, uploads
from legal.bonds.bond import Bond, BondEvent
from legal.bonds.document import DOCUMENTS, BondDocument
from legal.bonds.obligor import Obligor, find_obligor_id
from staff.audit import AuditEvent
from staff.member import Member
from tests.core.test_uploads import PDF
from tests.legal.conftest import Case, send, usd
from tests.legal.test_bond_following import an_obligor, posted

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture(autouse=True)
def swept(case: Case) -> Iterator[None]:
    """Files outlive a test's transaction; each test leaves the folder as empty as it found it."""
    yield
    for name in DOCUMENTS.names():
        uploads.discard(DOCUMENTS, name)


def register(browser: FlaskClient, **changed: str) -> int:
    typed = {
        "label": "our treasurer",
        "full_name": "Theo Marsh",
        "contact": "12 Elm St",
        "status_seen": "true",
    }
    return send(browser, "/staff/obligors", typed | changed).status_code


def test_an_obligor_is_sealed_and_opened_with_a_reason(session: Session, case: Case, sign_in: SignIn) -> None:
    frida = sign_in(case.cast.frida)
    assert register(frida) == 302
    kept = session.execute(text("SELECT full_name, contact FROM obligor")).one()
    assert b"Marsh" not in bytes(kept[0])
    assert b"Elm" not in bytes(kept[1])
    assert "Marsh" not in frida.get("/staff/obligors").text
    path = f"/staff/obligors/{case.only(Obligor).id}/openings"
    assert "Marsh" not in send(frida, path, {"reason": "short"}).text
    assert "Theo Marsh" in send(frida, path, {"reason": "Signing the I-395"}).text
    opened = session.scalars(select(AuditEvent).where(AuditEvent.verb == "obligor.opened")).one()
    assert opened.reason == "Signing the I-395"
    for stranger in ("charlie", "carla", "bob"):
        browser = sign_in(getattr(case.cast, stranger))
        assert send(browser, path, {"reason": "Curious about it"}).status_code in {403, 404}


@pytest.mark.parametrize("field", ["label", "full_name", "contact", "status_seen"])
def test_an_obligor_without_what_it_needs_is_refused_by_name(
    session: Session, case: Case, sign_in: SignIn, field: str
) -> None:
    typed = {field: "" if field != "status_seen" else "false"}
    assert register(sign_in(case.cast.frida), **typed) == 422
    assert session.scalars(select(Obligor)).all() == []


def test_a_bond_is_posted_with_its_contract(session: Session, case: Case, sign_in: SignIn) -> None:
    case.give(usd("8000"))
    bob, frida = sign_in(case.cast.bob), sign_in(case.cast.frida)
    obligor = an_obligor(case)
    send(bob, "/staff/bonds", {"matter_id": case.matter.id, "fund_id": case.fund.id, "amount": "8000"})
    bond = case.only(Bond)
    send(frida, f"/staff/bonds/{bond.id}/approvals")
    typed = {"posted_on": "2999-01-01", "form": "I-352", "obligor_id": obligor.id}
    send(frida, f"/staff/bonds/{bond.id}/postings", typed)
    assert session.scalars(select(BondEvent)).all() == []
    send(frida, f"/staff/bonds/{bond.id}/postings", typed | {"posted_on": clock.today().isoformat()})
    event = case.only(BondEvent)
    assert (event.state, event.form, find_obligor_id(bond)) == ("posted", "I-352", obligor.id)


def test_a_notice_is_kept_sealed_and_each_reading_is_on_record(
    session: Session, case: Case, sign_in: SignIn
) -> None:
    case.give(usd("8000"))
    bond, frida = posted(case), sign_in(case.cast.frida)
    path = f"/staff/bonds/{bond.id}/events"
    today = clock.today().isoformat()
    send(frida, path, {"state": "breach_noticed", "happened_on": today, "form": "I-340"})
    typed = {"state": "breached", "happened_on": today, "form": "I-323"}
    frida.post(path, data={**typed, "document": (BytesIO(b"MZ"), "i323.pdf")})
    assert (session.scalars(select(BondDocument)).all(), DOCUMENTS.names()) == ([], [])
    frida.post(path, data={**typed, "document": (BytesIO(PDF), "i323.pdf")})
    document = case.only(BondDocument)
    event = session.get_one(BondEvent, document.event_id)
    assert (event.state, event.document_sha256) == ("breached", document.sha256)
    opening = f"/staff/bonds/{bond.id}/documents/{event.id}/openings"
    assert send(frida, opening).data == PDF
    assert send(sign_in(case.cast.charlie), opening).status_code == 404
    verbs = select(AuditEvent.verb).where(AuditEvent.verb == "bond.document_opened")
    assert len(session.scalars(verbs).all()) == 1


def test_software_registers_an_obligor_and_posts_by_a_contract(case: Case, client: FlaskClient) -> None:
    case.give(usd("8000"))
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    theirs = {"Authorization": f"Bearer {case.bearer('bob')}"}
    body = {"label": "our treasurer", "full_name": "Theo Marsh", "contact": "12 Elm St", "status_seen": True}
    made = client.post("/api/v1/obligors", json=body, headers=bearer)
    assert (made.status_code, "Marsh" in made.text) == (201, False)
    assert [each["label"] for each in client.get("/api/v1/obligors", headers=bearer).get_json()] == [
        "our treasurer"
    ]
    asked = {
        "matter_id": case.matter.id,
        "fund_id": case.fund.id,
        "amount": {"minor": 800_000, "currency": "USD"},
    }
    bond_id = client.post("/api/v1/bonds", json=asked, headers=theirs).get_json()["id"]
    client.post(f"/api/v1/bonds/{bond_id}/approvals", headers=bearer)
    contract = {"posted_on": clock.today().isoformat(), "form": "I-305", "obligor_id": made.get_json()["id"]}
    path = f"/api/v1/bonds/{bond_id}/postings"
    assert client.post(path, json=contract | {"form": "I-999"}, headers=bearer).status_code == 422
    assert client.post(path, json=contract | {"document_sha256": "x"}, headers=bearer).status_code == 422
    assert client.post(path, json=contract, headers=bearer).status_code == 201
    assert client.post(path, json=contract, headers=bearer).status_code == 409
