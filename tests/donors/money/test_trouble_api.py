"""Disputes, held gifts, blocks and payouts as software sees and decides them."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from core.db import transaction
from donors.defence import counting
from donors.defence.block import Block
from donors.defence.hold import Hold
from donors.payouts.payout import Payout
from staff.access import actor_for
from staff.issuing import SCOPES, issue
from staff.member import Member
from tests.conftest import Cast
from tests.donors.api.conftest import Software
from tests.donors.money.conftest import Bank, Paid


def software(session: Session, client: FlaskClient, member: Member, *scopes: str) -> Software:
    session.commit()
    with transaction():
        _token, secret = issue(actor_for(member), name="Test", scopes=list(scopes or SCOPES))
    return Software(client, secret)


@pytest.fixture
def ours(session: Session, client: FlaskClient, cast: Cast) -> Software:
    return software(session, client, cast.alice)


@pytest.fixture
def theirs(session: Session, client: FlaskClient, cast: Cast) -> Software:
    return software(session, client, cast.charlie)


def test_a_dispute_is_listed_answered_once_and_followed(
    paid: Paid, bank: Bank, ours: Software, theirs: Software
) -> None:
    gift = paid()
    bank.dispute(gift)
    (told,) = ours.get("/disputes", state="waiting").json["items"]
    assert (told["gift_id"], told["state"], told["amount"]["minor"]) == (gift.id, "open", 5000)
    at = f"/disputes/{told['id']}"
    assert ours.get(at).json["due_at"]
    assert ours.post(f"{at}/answers", {"statement": "Short"}).status_code == 422
    statement = {"statement": "She gave through our page and was written to twice."}
    assert ours.post(f"{at}/answers", statement).status_code == 201
    assert ours.post(f"{at}/answers", statement).json["code"] == "answered"
    assert ours.post(f"{at}/releases", {}).json["code"] == "undecided"
    for path in (at, f"{at}/answers"):
        asked = theirs.get(path) if path == at else theirs.post(path, statement)
        assert asked.status_code == 404
    assert theirs.get("/disputes").json["items"] == []


def test_giving_in_is_told_once_the_bank_has_not_decided(paid: Paid, bank: Bank, ours: Software) -> None:
    bank.dispute(paid())
    (told,) = ours.get("/disputes").json["items"]
    assert ours.post(f"/disputes/{told['id']}/acceptances", {}).json["is_accepting"]
    bank.deliver()
    assert ours.get(f"/disputes/{told['id']}").json["state"] == "lost"
    assert ours.post(f"/disputes/{told['id']}/acceptances", {}).json["code"] == "decided"


def test_blocks_are_listed_and_lifted_with_a_reason(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    session: Session,
    drive: Drive,
    ours: Software,
    theirs: Software,
) -> None:
    block = Block(
        organisation_id=drive.organisation_id,
        kind="email",
        mark="0" * 64,
        reason="attempts",
        count=9,
        until_at=clock.now() + timedelta(hours=1),
    )
    session.add(block)
    session.commit()
    (told,) = ours.get("/blocks").json["items"]
    assert (told["state"], told["count"], "mark" in told) == ("in_force", 9, False)
    at = f"/blocks/{block.id}/lifts"
    assert ours.post(at, {"reason": ""}).status_code == 422
    assert theirs.post(at, {"reason": "Not mine"}).status_code == 404
    monkeypatch.setitem(app.config, "LIMITS_ARE_ON", True)
    counting.note_refused("0" * 64)
    assert ours.post(at, {"reason": "A school fair"}).json["state"] == "lifted"
    assert counting.note_refused("0" * 64) == 1  # what led to the block is forgotten
    assert theirs.get("/blocks").json["items"] == []


def test_a_held_gift_is_decided_once(session: Session, paid: Paid, ours: Software, theirs: Software) -> None:
    gift = paid()
    hold = Hold(
        gift_id=gift.id,
        organisation_id=gift.organisation_id,
        payment_intent_id="pi_held",
        held_at=clock.now(),
        decide_by=clock.now() + timedelta(days=5),
    )
    session.add(hold)
    session.commit()
    (told,) = ours.get("/holds").json["items"]
    assert (told["gift_id"], told["state"]) == (gift.id, "held")
    at, body = f"/holds/{gift.id}/decisions", {"decision": "release", "reason": "Looks made up"}
    assert theirs.post(at, body).status_code == 404
    assert ours.post(at, body | {"decision": "keep"}).status_code == 422
    assert ours.post(at, body).json["state"] == "releasing"
    assert ours.post(at, body | {"decision": "take"}).json["code"] == "already_decided"


def test_payouts_are_the_organisation_s_own(
    session: Session, drive: Drive, cast: Cast, ours: Software, theirs: Software
) -> None:
    payout = Payout(
        id="po_1",
        organisation_id=drive.organisation_id,
        created_at=clock.now(),
        arrives_on=clock.today(),
        amount_minor=4_825,
        currency="USD",
    )
    session.add(payout)
    session.commit()
    (told,) = ours.get("/payouts").json["items"]
    assert (told["id"], told["state"], told["amount"]) == (
        "po_1",
        "on_its_way",
        {"minor": 4825, "currency": "USD"},
    )
    assert theirs.get("/payouts").json["items"] == []


def test_a_token_without_the_scope_decides_nothing(
    session: Session, client: FlaskClient, cast: Cast, paid: Paid, bank: Bank
) -> None:
    bank.dispute(paid())
    reader = software(session, client, cast.alice, "gifts.view")
    (told,) = reader.get("/disputes").json["items"]
    assert reader.post(f"/disputes/{told['id']}/acceptances", {}).status_code == 403
