"""Organisation, people and audit trail for software."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from staff import audit, organising
from staff.invitation import Invitation
from tests.conftest import Cast

Headers = Callable[..., dict[str, str]]


def test_any_token_knows_its_organisation(client: FlaskClient, cast: Cast, bearer: Headers) -> None:
    body = client.get("/api/v1/organisation", headers=bearer("funds.view")).get_json()
    assert body["id"] == cast.refugio.id
    assert body["zone"] == "America/Chicago"


def test_members_come_in_pieces_without_gap_or_repetition(
    client: FlaskClient, cast: Cast, bearer: Headers
) -> None:
    headers, seen, cursor = bearer("people.view"), [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        body = client.get("/api/v1/members", headers=headers, query_string=asked).get_json()
        seen += [each["email"] for each in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    names = ("alice", "bob", "carla", "frida", "vera")
    assert sorted(seen) == [f"{name}@example.org" for name in names]


def test_a_forged_cursor_is_refused_by_name(client: FlaskClient, cast: Cast, bearer: Headers) -> None:
    headers = bearer("people.view")
    for cursor in ("x", "bnVsbA", "WzEsMl0", "eyJhIjoxfQ"):
        answer = client.get("/api/v1/members", headers=headers, query_string={"cursor": cursor})
        assert answer.status_code == 422
        assert "cursor" in answer.get_json()["errors"]


def test_a_wrong_limit_is_refused_by_name(client: FlaskClient, cast: Cast, bearer: Headers) -> None:
    headers = bearer("people.view")
    for limit in ("0", "201", "many"):
        answer = client.get("/api/v1/members", headers=headers, query_string={"limit": limit})
        assert answer.status_code == 422
        assert "limit" in answer.get_json()["errors"]


def test_another_organisations_member_is_not_found(client: FlaskClient, cast: Cast, bearer: Headers) -> None:
    headers = bearer("people.view", "people.manage", owner="charlie")
    address = f"/api/v1/members/{cast.bob.id}"
    assert client.get(address, headers=headers).status_code == 404
    assert client.delete(address, headers=headers).status_code == 404
    assert client.put(f"{address}/role", json={"role": "viewer"}, headers=headers).status_code == 404


def test_the_last_owner_stays_one_by_api_too(client: FlaskClient, cast: Cast, bearer: Headers) -> None:
    answer = client.delete(f"/api/v1/members/{cast.alice.id}", headers=bearer("people.manage"))
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "last_owner"


def test_software_invites_lists_and_withdraws(
    client: FlaskClient, cast: Cast, bearer: Headers, session: Session
) -> None:
    headers = bearer("people.manage")
    body = {"email": "nora@example.org", "role": "legal"}
    made = client.post("/api/v1/invitations", json=body, headers=headers)
    assert made.status_code == 201
    assert "digest" not in made.get_json()
    listed = client.get("/api/v1/invitations", headers=headers).get_json()
    assert [each["email"] for each in listed] == ["nora@example.org"]
    address = f"/api/v1/invitations/{made.get_json()['id']}"
    assert client.delete(address, headers=headers).status_code == 204
    assert client.get("/api/v1/invitations", headers=headers).get_json() == []
    assert session.scalars(select(Invitation)).one().withdrawn_at is not None


def test_a_wrong_body_names_each_field_and_writes_nothing(
    client: FlaskClient, cast: Cast, bearer: Headers, session: Session
) -> None:
    headers = bearer("people.manage")
    answer = client.post(
        "/api/v1/invitations", json={"email": "x", "role": "king", "more": 1}, headers=headers
    )
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"email", "role", "more"}
    malformed = client.post(
        "/api/v1/invitations", data="{", headers={**headers, "Content-Type": "application/json"}
    )
    assert malformed.status_code == 400
    assert malformed.mimetype == "application/problem+json"
    assert session.scalars(select(Invitation)).all() == []


def test_the_audit_trail_is_read_newest_first_and_filtered(
    client: FlaskClient, cast: Cast, bearer: Headers
) -> None:
    with transaction():
        organising.edit(cast.actor("alice"), name="Refugio", zone="America/Denver")
    headers = bearer("audit.view")
    items = client.get("/api/v1/audit-events", headers=headers).get_json()["items"]
    assert [each["verb"] for each in items] == ["token.issue", "organisation.edit"]
    assert items[1]["after"] == {"name": "Refugio", "zone": "America/Denver"}
    only = client.get("/api/v1/audit-events?verb=organisation", headers=headers).get_json()["items"]
    assert [each["verb"] for each in only] == ["organisation.edit"]
    none = client.get("/api/v1/audit-events?actor=system", headers=headers).get_json()["items"]
    assert none == []


def test_lines_that_arrive_between_two_pieces_neither_repeat_nor_hide_others(
    client: FlaskClient, cast: Cast, bearer: Headers
) -> None:
    headers = bearer("audit.view")
    _note(cast, 4)
    first = client.get("/api/v1/audit-events?limit=3", headers=headers).get_json()
    _note(cast, 2)
    address = f"/api/v1/audit-events?limit=3&cursor={first['next_cursor']}"
    second = client.get(address, headers=headers).get_json()
    positions = [each["position"] for each in first["items"] + second["items"]]
    assert positions == [5, 4, 3, 2, 1]
    assert second["next_cursor"] is None


def _note(cast: Cast, times: int) -> None:
    with transaction():
        for place in range(times):
            audit.record(cast.actor("alice"), "note.add", f"note_{place}")
