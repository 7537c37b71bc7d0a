"""The same verbs for software: stories over HTTP, scopes, cursors, the machine-readable description."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.updates.update import Update
from core import clock
from core.db import db
from staff import issuing
from tests.campaigns.conftest import SEALED_NAME, Api, Work
from tests.clearing import clear
from tests.conftest import Cast


def drive_body(work: Work, **changes: object) -> dict[str, Any]:
    return {
        "campaign_id": work.campaign.id,
        "fund_id": work.fund.id,
        "title": "A lawyer for the hearing",
        "story": "The hearing is near.",
        "closes_on": (clock.today() + timedelta(days=5)).isoformat(),
        "zone": "America/Chicago",
        "deductibility": "not_deductible",
        "goals": [{"metric": "amount", "target": 500_000}],
    } | changes


def test_a_drive_is_drafted_edited_published_and_closed(work: Work, api: Api) -> None:
    work.publish_campaign()
    drive = api.post("/drives", drive_body(work), expect=201)
    assert drive["state"] == "draft"
    assert drive["slug"] == "a-lawyer-for-the-hearing"
    edited = api.patch(f"/drives/{drive['id']}", {"title": "A lawyer", "version": drive["version"]})
    assert (edited["title"], edited["version"]) == ("A lawyer", drive["version"] + 1)
    refused = api.post(f"/drives/{drive['id']}/publications", {}, expect=409)
    assert refused["code"] == "not_approved"
    clear(work.alice, db.session.get_one(Drive, drive["id"]))
    published = api.post(f"/drives/{drive['id']}/publications", {}, expect=201)
    assert published["state"] == "open"
    frozen = api.patch(f"/drives/{drive['id']}", {"grace_minutes": 0}, expect=409)
    assert frozen["code"] == "rules_frozen"
    closed = api.post(f"/drives/{drive['id']}/closures", {"reason": "Reached"}, expect=201)
    assert closed["state"] == "closed"
    assert api.post(f"/drives/{drive['id']}/closures", {}, expect=409)["code"] == "closed"
    assert api.get(f"/drives/{drive['id']}/goals")[0]["target"] == 500_000


def test_a_campaign_is_opened_edited_published_and_withdrawn(work: Work, api: Api) -> None:
    body = {"title": "For Carlos", "story": "He waits.", "client_id": work.client.id}
    campaign = api.post("/campaigns", body, expect=201)
    url = f"/campaigns/{campaign['id']}"
    assert api.patch(url, {"summary": "A father waits."})["summary"] == "A father waits."
    assert api.patch(url, {"summary": ""})["summary"] == ""
    assert api.post(f"{url}/publications", {}, expect=409)["code"] == "not_approved"
    clear(work.alice, db.session.get_one(Campaign, campaign["id"]))
    assert api.post(f"{url}/publications", {}, expect=201)["state"] == "public"
    assert api.post(f"{url}/publications", {}, expect=409)["code"] == "published"
    assert api.post(f"{url}/withdrawals", {"reason": "Safety"}, expect=201)["state"] == "withdrawn"


def test_what_the_screen_asks_is_answered_by_software_too(work: Work, api: Api) -> None:
    url = f"/campaigns/{work.campaign.id}"
    api.patch(url, {"story": "Held since March 3, 2026."})
    (text,) = api.get(f"/texts?subject_id={work.campaign.id}")["items"]
    question = api.post(f"/texts/{text['id']}/submissions", {}, expect=409)
    assert question["code"] == "look_again"
    assert "full date" in question["detail"]
    api.post(f"/texts/{text['id']}/submissions", {"looked_at": True}, expect=201)
    assert api.get(f"/texts/{text['id']}")["state"] == "submitted"


def test_an_update_is_written_published_and_withdrawn(work: Work, api: Api) -> None:
    written = api.post(
        f"/campaigns/{work.campaign.id}/updates", {"title": "News", "body": "Filed."}, expect=201
    )
    url = f"/updates/{written['id']}"
    assert api.post(f"{url}/publications", {}, expect=409)["code"] == "campaign_not_public"
    work.publish_campaign()
    update = db.session.get_one(Update, written["id"])
    clear(work.alice, update)
    assert api.post(f"{url}/publications", {}, expect=201)["state"] == "public"
    edited = api.patch(url, {"body": "Filed in time."})
    assert (edited["body"], edited["state"]) == ("Filed in time.", "withdrawn")
    clear(work.alice, update)
    api.post(f"{url}/publications", {}, expect=201)
    assert api.post(f"{url}/withdrawals", {}, expect=201)["state"] == "withdrawn"
    assert [each["id"] for each in api.get(f"/campaigns/{work.campaign.id}/updates")["items"]] == [
        written["id"]
    ]
    assert len(api.get("/updates")["items"]) == 1


def test_partners_are_invited_and_answer(work: Work, api: Api, llano: Api) -> None:
    url = f"/campaigns/{work.campaign.id}/partners"
    invited = api.post(url, {"organisation_slug": "llano"}, expect=201)
    assert invited["organisation_name"] == "Llano Defenders"
    llano.get(f"/campaigns/{work.campaign.id}", expect=404)
    (offer,) = llano.get("/campaign-invitations")
    llano.post(f"/campaign-invitations/{offer['id']}/acceptances", {}, expect=201)
    again = llano.post(f"/campaign-invitations/{offer['id']}/refusals", {}, expect=409)
    assert again["code"] == "answered"
    assert llano.get(f"/campaigns/{work.campaign.id}")["id"] == work.campaign.id
    assert [each["part"] for each in llano.get(url)] == ["lead", "partner"]
    lead = api.get(url)[0]["id"]
    assert api.delete(f"{url}/{lead}", expect=409)["code"] == "lead_stays"
    api.delete(f"{url}/{offer['id']}", expect=204)
    llano.get(f"/campaigns/{work.campaign.id}", expect=404)


def test_a_fund_is_opened_and_its_ledger_read(work: Work, api: Api, posted_fund: Fund) -> None:
    body = {"name": "Costs", "purpose": "Filing fees.", "surplus_clause": "The next case."}
    assert api.post("/funds", body, expect=201)["currency"] == "USD"
    url = f"/funds/{posted_fund.id}"
    kept = {each["account"]: each["amount"] for each in api.get(f"{url}/balances")["balances"]}
    assert kept["stripe"] == {"minor": 5000, "currency": "USD"}
    assert kept["gifts"] == {"minor": -5000, "currency": "USD"}
    (group,) = api.get(f"{url}/ledger-groups")["items"]
    assert (group["kind"], group["source"]) == ("gift_settled", "gift_1")
    assert sum(each["amount_minor"] for each in group["entries"]) == 0
    assert api.get(f"{url}/ledger-groups/{group['id']}")["entries"][1]["drive_id"] == work.drive.id
    assert api.patch(url, {"name": "Bond for Carlos"})["name"] == "Bond for Carlos"
    work.publish()
    assert api.patch(url, {"purpose": "Ours."}, expect=409)["code"] == "rules_frozen"
    assert api.patch(url, {"surplus_clause": "The next one."})["surplus_clause"] == "The next one."


def test_clients_are_personas_and_their_identity_has_no_address(work: Work, api: Api) -> None:
    client = api.post("/clients", {"display_name": "Rosa", "pronoun": "she"}, expect=201)
    assert api.patch(f"/clients/{client['id']}", {"summary": "A nurse."})["summary"] == "A nurse."
    listed = api.get("/clients")
    assert sorted(each["display_name"] for each in listed["items"]) == ["Carlos", "Rosa"]
    assert SEALED_NAME.split()[0] not in str(listed)
    api.get(f"/clients/{work.client.id}/identity", expect=404)
    refused = api.patch(f"/clients/{work.client.id}", {"display_name": SEALED_NAME}, expect=422)
    assert "display_name" in refused["errors"]
    assert SEALED_NAME.split()[0] not in str(refused)


def test_lists_come_in_pieces(work: Work, api: Api) -> None:
    for number in range(4):
        api.post("/drives", drive_body(work, title=f"Drive {number}"), expect=201)
    seen: list[str] = []
    cursor = None
    while True:
        piece = api.get("/drives?limit=2" + (f"&cursor={cursor}" if cursor else ""))
        seen += [each["title"] for each in piece["items"]]
        cursor = piece["next_cursor"]
        if cursor is None:
            break
    assert seen == ["Drive 3", "Drive 2", "Drive 1", "Drive 0", "Bring Carlos home"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_token_nothing_is_answered(client: FlaskClient, work: Work, method: str) -> None:
    answer = getattr(client, method)("/api/v1/campaigns")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_a_token_does_only_what_it_was_given(client: FlaskClient, cast: Cast, work: Work) -> None:
    viewer = Api(client, issuing.issue(cast.actor("alice"), name="Reader", scopes=["campaigns.view"])[1])
    viewer.get(f"/drives/{work.drive.id}")
    for path in (
        "/drives",
        f"/drives/{work.drive.id}/publications",
        f"/campaigns/{work.campaign.id}/updates",
    ):
        assert viewer.post(path, {}, expect=403)["code"] == "scope_missing"
    viewer.get("/funds", expect=403)


def test_a_token_reads_funds_without_opening_them(
    client: FlaskClient, cast: Cast, work: Work, session: Session
) -> None:
    reader = Api(client, issuing.issue(cast.actor("alice"), name="Reader", scopes=["funds.view"])[1])
    reader.get(f"/funds/{work.fund.id}/balances")
    body = {"name": "Costs", "purpose": "Fees.", "surplus_clause": "Next."}
    reader.post("/funds", body, expect=403)
    assert session.query(Fund).count() == 1
