"""Another organisation's thing does not exist: 404 on every address with an id. Roles do what they may."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.clearance.steps import clearance_of
from campaigns.comments import commenting
from campaigns.funds.statement import groups_of
from campaigns.petitions.signature import Signature
from campaigns.timeline import telling
from campaigns.timeline.telling import Happening
from campaigns.updates import updating
from staff.audit import AuditEvent
from staff.member import Member
from tests.campaigns.conftest import Api, Work
from tests.clearing import consent_of, counsel_of
from tests.conftest import Cast

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

SignIn = Callable[[Member], FlaskClient]
BODIES: dict[str, dict[str, Any]] = {
    "partners": {"organisation_slug": "llano"},
    "updates": {"title": "News", "body": "News."},
    "timeline": {"what": "filed", "happened_on": "2025-06-12"},
    "extensions": {"note": "The hearing was moved."},
    "schedules": {"due_at": "2030-01-01T00:00:00Z"},
    "transfers": {
        "to_fund_id": "fund_000000000000000000000000",
        "amount": {"minor": 100, "currency": "USD"},
        "reason": "The case is over.",
    },
    "handovers": {"partner_id": "part_000000000000000000000000"},
    "comments": {"body": "Shorter."},
    "<comment_id>": {"body": "Shorter."},
}
FORMS = {
    "reason": "Filing the bond motion",
    "full_name": "Somebody Else",
    "display_name": "Juan",
    "name": "Fund",
    "purpose": "Purpose",
    "surplus_clause": "Clause",
    "title": "Title",
    "body": "Body",
    "note": "Say it otherwise.",
    "sha256": "0" * 64,
    "what": "filed",
    "happened_on": "2025-06-12",
    "language": "es",
    "scopes": "campaign",
    "given_on": "2025-06-12",
    "expires_on": "2027-01-01",
    "organisation_slug": "llano",
    "partner_id": "part_000000000000000000000000",
}


def routes(app: Flask, blueprint: str) -> list[tuple[str, str]]:
    """Every method and address of a blueprint that names a thing by its id."""
    return sorted(
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{blueprint}.") and rule.arguments
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def address(rule: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        rule = rule.replace(f"<{name}>", value)
    assert "<" not in rule, rule
    return rule


@pytest.fixture
def ids(session: Session, work: Work, posted_fund: object) -> dict[str, str]:
    """One of everything that Refugio has."""
    update = updating.write_update(work.alice, work.campaign.id, title="News", body="News.")
    happening = Happening(what="filed", happened_on=date(2025, 6, 12))
    entry = telling.tell(work.alice, work.campaign.id, happening)
    signature = Signature(drive_id=work.drive.id, name="Lena", email="lena@example.org")
    session.add(signature)
    comment = commenting.write_comment(work.alice, clearance_of(work.drive).id, body="Shorter.")
    session.commit()
    group = session.scalars(groups_of(work.fund)).one()
    return {
        "campaign_id": work.campaign.id,
        "drive_id": work.drive.id,
        "fund_id": work.fund.id,
        "client_id": work.client.id,
        "update_id": update.id,
        "group_id": group.id,
        "timeline_entry_id": entry.id,
        "signature_id": signature.id,
        "clearance_id": clearance_of(work.drive).id,
        "disclosure_consent_id": consent_of(counsel_of(work.campaign), work.client.id).id,
        "partner_id": "part_000000000000000000000000",
        "comment_id": comment.id,
        "lead_handover_id": "hand_000000000000000000000000",
    }


def written(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_no_page_answers_a_stranger(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn, ids: dict[str, str]
) -> None:
    stranger, before = sign_in(cast.charlie), written(session)
    found = routes(app, "campaigns")
    assert len(found) > 20
    for method, rule in found:
        answer = stranger.open(address(rule, ids), method=method, data=FORMS)
        assert answer.status_code == 404, (method, rule, answer.status_code)
    assert written(session) == before


def test_no_address_of_the_api_answers_a_stranger(
    app: Flask, session: Session, llano: Api, ids: dict[str, str]
) -> None:
    before = written(session)
    found = routes(app, "campaigns-api")
    assert len(found) > 20
    for method, rule in found:
        body = BODIES.get(rule.rsplit("/", 1)[1], {})
        llano.send(method, address(rule, ids).removeprefix("/api/v1"), 404, json=body)
    assert written(session) == before


def test_a_strangers_lists_are_empty(
    app: Flask, cast: Cast, sign_in: SignIn, llano: Api, ids: dict[str, str]
) -> None:
    for path in ("/campaigns", "/drives", "/funds", "/updates", "/clients"):
        assert llano.get(path)["items"] == []
        assert 'class="empty"' in sign_in(cast.charlie).get(f"/staff{path}").text


def test_a_stranger_cannot_bring_foreign_things_into_its_own(llano: Api, work: Work) -> None:
    opened = llano.post("/campaigns", {"title": "Ours", "client_id": work.client.id}, expect=422)
    assert list(opened["errors"]) == ["client_id"]
    fund = {"name": "Ours", "purpose": "Ours", "surplus_clause": "Ours", "campaign_id": work.campaign.id}
    assert list(llano.post("/funds", fund, expect=422)["errors"]) == ["campaign_id"]
    own = llano.post("/campaigns", {"title": "Ours"}, expect=201)
    drive = {"campaign_id": own["id"], "fund_id": work.fund.id, "title": "Ours"}
    assert list(llano.post("/drives", drive, expect=422)["errors"]) == ["fund_id"]


#: Who may look at each page of Refugio's things; the others get the status.
PAGES = {
    "/staff/campaigns/{campaign_id}": {},
    "/staff/drives/{drive_id}": {},
    "/staff/clients/{client_id}": {},
    "/staff/funds/{fund_id}": {"bob": 404},
    "/staff/campaigns/{campaign_id}/edit": {"bob": 403, "frida": 403, "vera": 403},
    "/staff/drives/{drive_id}/edit": {"bob": 403, "frida": 403, "vera": 403},
    "/staff/texts/{clearance_id}": {},
    "/staff/clients/{client_id}/consents/new": {"carla": 403, "frida": 403, "vera": 403},
    "/staff/drives/new": {"bob": 403, "frida": 403, "vera": 403},
    "/staff/funds/{fund_id}/edit": {"bob": 404, "vera": 403},
    "/staff/clients/{client_id}/edit": {"carla": 403, "frida": 403, "vera": 403},
}


@pytest.mark.parametrize("who", ["alice", "bob", "carla", "frida", "vera"])
def test_each_role_sees_the_pages_it_may(cast: Cast, sign_in: SignIn, ids: dict[str, str], who: str) -> None:
    browser = sign_in(getattr(cast, who))
    for pattern, refused in PAGES.items():
        url = pattern.format(**ids)
        assert browser.get(url).status_code == refused.get(who, 200), url


@pytest.mark.parametrize("who", ["carla", "frida", "vera"])
def test_only_counsel_and_owner_find_the_door_to_the_identity(
    cast: Cast, sign_in: SignIn, ids: dict[str, str], who: str
) -> None:
    browser = sign_in(getattr(cast, who))
    url = f"/staff/clients/{ids['client_id']}"
    assert "Open with this reason" not in browser.get(url).text
    assert browser.post(f"{url}/identity/openings", data=FORMS).status_code == 403
    assert browser.post(f"{url}/identity", data=FORMS).status_code == 403


def test_a_viewer_finds_no_button_that_would_refuse_it(
    cast: Cast, sign_in: SignIn, ids: dict[str, str]
) -> None:
    browser = sign_in(cast.vera)
    for path in ("campaigns/{campaign_id}", "drives/{drive_id}", "updates/{update_id}", "funds/{fund_id}"):
        page = browser.get(f"/staff/{path.format(**ids)}").text
        content = page[page.index('id="main"') :]
        assert "<form" not in content
        assert "/edit" not in content


def test_nobody_signed_in_is_sent_to_sign_in(client: FlaskClient, ids: dict[str, str]) -> None:
    answer = client.get(f"/staff/drives/{ids['drive_id']}")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


def test_an_id_with_a_null_byte_is_just_not_found(api: Api, cast: Cast, sign_in: SignIn) -> None:
    api.get("/drives/drive_%00", expect=404)
    assert sign_in(cast.alice).get("/staff/campaigns?q=%00").status_code == 200
