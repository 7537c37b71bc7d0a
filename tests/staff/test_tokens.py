"""Bearer tokens: shown once, kept as a digest, doing what they were given and no more."""

import hashlib
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from staff.api_token import ApiToken
from staff.audit import AuditEvent
from staff.member import Member
from tests.conftest import Cast

Headers = Callable[..., dict[str, str]]
SignIn = Callable[[Member], FlaskClient]


def make(browser: FlaskClient, *scopes: str) -> str:
    """The secret, read from the one page that shows it."""
    page = browser.post("/staff/tokens", data={"name": "accounting", "scopes": list(scopes)})
    assert page.status_code == 201
    assert page.headers["Cache-Control"] == "no-store"
    return page.text.split('id="secret">')[1].split("<")[0]


def test_the_secret_is_shown_once_and_kept_as_a_digest(
    cast: Cast, sign_in: SignIn, session: Session, client: FlaskClient
) -> None:
    owner = sign_in(cast.alice)
    secret = make(owner, "people.view")
    assert secret.startswith("amp_")
    assert secret not in owner.get("/staff/tokens").text
    row = session.scalars(select(ApiToken)).one()
    assert row.digest == hashlib.sha256(secret.encode()).hexdigest()
    event = session.scalars(select(AuditEvent)).one()
    assert (event.verb, event.subject) == ("token.issue", row.id)
    assert secret not in str(event.after)
    answer = client.get("/api/v1/members", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer amp_" + "x" * 40},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "amp_xyz"},
    ],
)
def test_without_a_live_token_the_answer_is_401_as_problem_json(
    client: FlaskClient, cast: Cast, headers: dict[str, str]
) -> None:
    answer = client.get("/api/v1/members", headers=headers)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.get_json()["code"] == "unauthenticated"


def test_a_session_cookie_opens_no_api(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.alice).get("/api/v1/members").status_code == 401


def test_a_missing_scope_is_named(client: FlaskClient, cast: Cast, bearer: Headers) -> None:
    answer = client.get("/api/v1/audit-events", headers=bearer("people.view"))
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "scope_missing"
    assert "audit.view" in answer.get_json()["detail"]


def test_a_revoked_token_stops_at_once(
    client: FlaskClient, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    owner = sign_in(cast.alice)
    headers = {"Authorization": f"Bearer {make(owner, 'people.view')}"}
    token = session.scalars(select(ApiToken)).one()
    for _twice in range(2):
        assert owner.post(f"/staff/tokens/{token.id}/revocation").status_code == 302
    assert client.get("/api/v1/members", headers=headers).status_code == 401
    verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.position)).all()
    assert verbs == ["token.issue", "token.revoke"]


def test_a_token_ends_with_the_membership_of_its_maker(
    client: FlaskClient, cast: Cast, bearer: Headers, session: Session
) -> None:
    headers = bearer("people.view")
    cast.alice.left_at = clock.now()
    session.commit()
    assert client.get("/api/v1/members", headers=headers).status_code == 401


def test_a_token_reaches_no_further_than_the_role_of_its_maker(
    client: FlaskClient, cast: Cast, bearer: Headers, session: Session
) -> None:
    headers = bearer("people.view", "audit.view")
    cast.alice.role = "campaigner"
    session.commit()
    assert client.get("/api/v1/members", headers=headers).status_code == 200
    assert client.get("/api/v1/audit-events", headers=headers).status_code == 404


def test_the_day_of_last_use_is_noted(
    client: FlaskClient, cast: Cast, bearer: Headers, session: Session
) -> None:
    headers = bearer("people.view")
    client.get("/api/v1/members", headers=headers)
    session.expire_all()
    token = session.scalars(select(ApiToken)).one()
    assert token.last_used_on == clock.today()
    assert isinstance(token.last_used_on, date)


def test_what_a_token_does_is_recorded_as_the_token(
    client: FlaskClient, cast: Cast, bearer: Headers, session: Session
) -> None:
    headers = bearer("people.manage")
    client.put(f"/api/v1/members/{cast.vera.id}/role", json={"role": "finance"}, headers=headers)
    token = session.scalars(select(ApiToken)).one()
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "member.change_role")).one()
    assert event.actor == f"token:{token.id}"


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "scopes": ["people.view"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["tokens.manage"]},
        {"name": "x", "scopes": ["clients.identity"]},
        {"name": "x", "scopes": ["everything"]},
    ],
)
def test_a_wrong_token_form_makes_nothing(
    cast: Cast, sign_in: SignIn, session: Session, form: dict[str, object]
) -> None:
    answer = sign_in(cast.alice).post("/staff/tokens", data=form)
    assert answer.status_code == 422
    assert session.scalars(select(ApiToken)).all() == []
