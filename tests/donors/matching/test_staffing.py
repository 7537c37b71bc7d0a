"""Opening, editing, ordering and ending match funds, and the sponsor's payments: pages, software, refusals."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.clients import identity
from campaigns.disclosure import standing_words
from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.matching.match_fund import MatchFund
from core import clock
from core.db import transaction
from donors.figures import progress
from donors.gifts.gift import Gift
from donors.matching import recomputing
from staff import audit
from tests.conftest import Cast

pytestmark = pytest.mark.once  # pages and refusals; what they do to money is tested on both databases

Open = Callable[..., MatchFund]
SignIn = Callable[..., FlaskClient]
Of = Callable[..., Any]
TERMS = {"sponsor": "Harbor Foundation", "cap": "1000", "match_parts": "2", "gift_parts": "1"}


def usd(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "USD"}


def test_a_match_fund_is_opened_edited_and_ended_on_pages(
    session: Session, cast: Cast, led_drive: Drive, sign_in: SignIn
) -> None:
    carla = sign_in(cast.carla)
    listed = f"/staff/drives/{led_drive.id}/match-funds"
    assert "No match fund yet" in carla.get(listed).text
    assert "Open a match fund" in carla.get(f"/staff/drives/{led_drive.id}").text
    wrong = carla.post(f"{listed}/new", data={"cap": "0", "match_parts": "500"})
    assert wrong.status_code == 422
    assert wrong.text.count('class="error"') >= 3

    last_day = (clock.now() + timedelta(days=9)).date().isoformat()
    sent = carla.post(f"{listed}/new", data=TERMS | {"closes_on": last_day, "most_per_gift": "200"})
    assert sent.status_code == 303, sent.text
    fund = session.query(MatchFund).one()
    assert (fund.ratio, fund.cap_minor, fund.most_per_gift_minor) == ("2:1", 100_000, 20_000)
    assert fund.closes_at == clock.closes_at((clock.now() + timedelta(days=9)).date(), "America/Chicago")
    page = carla.get(f"/staff/match-funds/{fund.id}").text
    assert "$2 for each $1 given" in page

    before = (fund.opens_at, fund.closes_at)
    form = f"/staff/match-funds/{fund.id}/edit"
    assert 'value="Harbor Foundation"' in carla.get(form).text
    same = {"opens_on": clock.day_of(fund.opens_at, "America/Chicago").isoformat(), "closes_on": last_day}
    saved = carla.post(form, data=TERMS | same | {"cap": "1500", "version": "1"})
    assert saved.status_code == 303, saved.text
    session.expire_all()
    assert (fund.cap_minor, fund.most_per_gift_minor) == (150_000, None)
    assert (fund.opens_at, fund.closes_at) == before  # sent back as shown, which is no change
    stale = carla.post(form, data=TERMS | same | {"cap": "1600", "version": "1"})
    assert stale.status_code == 409
    assert "Somebody else saved this meanwhile" in stale.text

    assert carla.post(f"/staff/match-funds/{fund.id}/endings", data={"reason": "Asked"}).status_code == 303
    assert "Ended early" in carla.get(listed).text
    assert carla.post(f"/staff/match-funds/{fund.id}/endings").status_code == 422
    verbs = [event.verb for event in session.query(audit.AuditEvent).order_by(audit.AuditEvent.position)]
    assert [verb for verb in verbs if verb.startswith("match_fund.")] == [
        *("match_fund.opened", "match_fund.edited", "match_fund.ended")
    ]


def test_terms_are_frozen_once_a_gift_was_matched(
    session: Session, match_fund: Open, paid: Callable[..., Gift], client: FlaskClient, of: Of
) -> None:
    fund = match_fund(10_000)
    paid("60")
    software, address = of("alice"), f"/api/v1/match-funds/{fund.id}"

    def patch(body: dict[str, Any]) -> Any:
        return client.patch(address, json=body, headers=software.headers)

    for body in ({"match_parts": 2}, {"gift_parts": 2}, {"most_per_gift": usd(100)}):
        refused = patch(body)
        assert (refused.status_code, refused.json["code"]) == (409, "rules_frozen")
    refused = patch({"cap": usd(5_999)})
    assert refused.status_code == 422
    assert "$60" in refused.json["errors"]["cap"][0]
    assert patch({"cap": usd(6_000)}).json["state"] == "used_up"
    assert patch({"cap": usd(50_000), "sponsor": "Harbor  Fund"}).json["sponsor"] == "Harbor Fund"
    assert patch({"opens_at": None, "closes_at": None}).json["closes_at"] is None
    past = (clock.now() - timedelta(minutes=5)).isoformat()
    assert list(patch({"closes_at": past}).json["errors"]) == ["closes_at"]
    assert client.post(f"{address}/endings", json={}, headers=software.headers).status_code == 201
    assert patch({"cap": usd(60_000)}).json["code"] == "ended"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sponsor", "x"),
        ("sponsor", "y" * 121),
        ("cap", usd(0)),
        ("cap", {"minor": 5, "currency": "EUR"}),
        ("match_parts", 0),
        ("gift_parts", 101),
        ("most_per_gift", {"minor": 5, "currency": "EUR"}),
        ("opens_at", "2026-01-01T00:00:00"),
        ("closes_at", "2020-01-01T00:00:00Z"),
    ],
)
def test_bad_terms_name_their_field(
    led_drive: Drive, session: Session, of: Of, field: str, value: Any
) -> None:
    body = {"sponsor": "Harbor", "cap": usd(5_000), field: value}
    refused = of("alice").post(f"/drives/{led_drive.id}/match-funds", body)
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]
    assert session.query(MatchFund).count() == 0


def test_the_order_decides_who_is_asked_first(
    session: Session,
    cast: Cast,
    led_drive: Drive,
    match_fund: Open,
    paid: Callable[..., Gift],
    sign_in: SignIn,
    of: Of,
) -> None:
    first, second = match_fund(10_000, sponsor="First"), match_fund(10_000, sponsor="Second")
    alice = sign_in(cast.alice)
    assert alice.post(f"/staff/match-funds/{second.id}/moves", data={"to": "earlier"}).status_code == 303
    paid("10")
    session.expire_all()
    assert (first.taken_minor, second.taken_minor) == (0, 1_000)
    session.commit()
    software = of("alice")
    address = f"/drives/{led_drive.id}/match-order"
    refused = software.post(address, {"match_fund_ids": [first.id]})
    assert list(refused.json["errors"]) == ["match_fund_ids"]
    told = software.post(address, {"match_fund_ids": [first.id, second.id]}).json
    assert [each["sponsor"] for each in told] == ["First", "Second"]


def test_what_the_sponsor_pays_is_money_of_the_fund_and_raised_by_no_drive(
    session: Session,
    cast: Cast,
    led_drive: Drive,
    match_fund: Open,
    paid: Callable[..., Gift],
    sign_in: SignIn,
    of: Of,
) -> None:
    fund = match_fund(10_000)
    paid("60")
    frida, page = sign_in(cast.frida), f"/staff/match-funds/{fund.id}"
    assert "$60 is still owed." in frida.get(page).text
    today = clock.today("America/Chicago").isoformat()
    too_much = frida.post(f"{page}/payments", data={"amount": "100.01", "received_on": today})
    assert too_much.status_code == 422
    assert "is left to pay of the cap" in too_much.text
    tomorrow = (clock.today("America/Chicago") + timedelta(days=1)).isoformat()
    assert frida.post(f"{page}/payments", data={"amount": "1", "received_on": tomorrow}).status_code == 422
    sent = frida.post(
        f"{page}/payments", data={"amount": "75", "received_on": today, "reference": "Check 12"}
    )
    assert sent.status_code == 303
    session.expire_all()
    assert "$15 is paid ahead." in frida.get(page).text
    assert ledger.balance(led_drive.fund_id, [ledger.BANK], "USD").minor == 7_500
    assert ledger.balance(led_drive.fund_id, [ledger.MATCHES], "USD").minor == -7_500
    figures = progress.read(led_drive.id)
    assert figures is not None
    assert (figures.raised.minor, figures.tiles.cash_received.minor) == (6_000, 6_000)
    session.commit()

    software = of("alice")
    (payment,) = software.get(f"/match-funds/{fund.id}/payments").json
    undo = f"/match-payments/{payment['id']}/reversals"
    assert list(software.post(undo, {}).json["errors"]) == ["reason"]
    assert software.post(undo, {"reason": "Typed twice"}).json["amount"]["minor"] == -7_500
    assert software.post(undo, {"reason": "Again"}).json["code"] == "undone"
    session.expire_all()
    assert ledger.balance(led_drive.fund_id, [ledger.MATCHES], "USD").minor == 0
    assert list(ledger.verify()) == []
    assert list(recomputing.verify()) == []


def test_the_sponsors_file_names_no_donor_and_opens_no_page(
    session: Session,
    cast: Cast,
    led_drive: Drive,
    match_fund: Open,
    paid: Callable[..., Gift],
    sign_in: SignIn,
) -> None:
    led_drive.title = "=cmd|drive"
    session.commit()
    fund = match_fund(100_000)
    gift = paid("60", message="For Ana's friend")
    sent = sign_in(cast.frida).get(f"/staff/match-funds/{fund.id}/gifts.csv")
    header, row = sent.text.lstrip("\ufeff").strip().splitlines()
    assert header.startswith("reference,paid_at,gift,refunded,matched,released")
    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert (told["gift"], told["matched"], told["released"], told["ratio"]) == (
        "60.00",
        "60.00",
        "0.00",
        "1:1",
    )
    assert told["drive"] == "'=cmd|drive"
    for secret in (gift.id, "ana", "Ana", "Lopez", gift.donor_id):
        assert secret not in sent.text


def test_others_find_nothing_and_roles_do_only_what_is_theirs(
    session: Session, cast: Cast, led_drive: Drive, match_fund: Open, sign_in: SignIn, of: Of
) -> None:
    fund = match_fund(10_000)
    charlie = sign_in(cast.charlie)
    for path in (
        f"/staff/match-funds/{fund.id}",
        f"/staff/match-funds/{fund.id}/edit",
        f"/staff/match-funds/{fund.id}/gifts.csv",
        f"/staff/drives/{led_drive.id}/match-funds",
    ):
        assert charlie.get(path).status_code == 404, path
    assert of("charlie").get(f"/match-funds/{fund.id}").status_code == 404
    vera = sign_in(cast.vera)
    assert vera.get(f"/staff/match-funds/{fund.id}").status_code == 200
    assert vera.post(f"/staff/match-funds/{fund.id}/endings").status_code == 403
    today = clock.today().isoformat()
    refused = sign_in(cast.carla).post(
        f"/staff/match-funds/{fund.id}/payments", data={"amount": "1", "received_on": today}
    )
    assert refused.status_code == 403
    session.expire_all()
    assert (fund.ended_at, fund.paid_minor) == (None, 0)


def test_a_sponsor_that_names_a_client_sealed_later_is_found(
    session: Session, cast: Cast, led_drive: Drive, match_fund: Open
) -> None:
    match_fund(10_000, sponsor="Friends of Zebulón Quetzalito")
    campaign = session.get_one(Campaign, led_drive.campaign_id)
    assert campaign.client_id is not None
    session.commit()
    with transaction():
        identity.seal_identity(cast.actor("alice"), campaign.client_id, full_name="Zebulón Quetzalito")
    assert ("drive", led_drive.id) in standing_words(campaign.client_id)
