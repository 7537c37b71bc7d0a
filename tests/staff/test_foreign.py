"""Another organisation's things do not exist; forms of other sites are refused."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import transaction
from staff import issuing, people
from staff.member import Member
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def theirs(cast: Cast) -> dict[str, str]:
    """Ids of Refugio's, as Charlie of Llano might have learnt them."""
    with transaction():
        invitation, _token = people.invite(cast.actor("alice"), email="nora@example.org", role="viewer")
        token, _secret = issuing.issue(cast.actor("alice"), name="export", scopes=["gifts.view"])
    return {"member": cast.bob.id, "invitation": invitation.id, "token": token.id}


@pytest.mark.parametrize(
    ("method", "address", "form"),
    [
        ("get", "/staff/people/{member}", None),
        ("post", "/staff/people/{member}/role", {"role": "owner"}),
        ("post", "/staff/people/{member}/departure", {}),
        ("post", "/staff/people/invitations/{invitation}/withdrawal", {}),
        ("post", "/staff/tokens/{token}/revocation", {}),
    ],
)
def test_another_organisations_owner_gets_404_on_every_page_with_an_id(
    cast: Cast,
    sign_in: SignIn,
    theirs: dict[str, str],
    method: str,
    address: str,
    form: dict[str, str] | None,
) -> None:
    answer = getattr(sign_in(cast.charlie), method)(address.format(**theirs), data=form)
    assert answer.status_code == 404


def test_one_cannot_switch_to_an_organisation_one_does_not_belong_to(cast: Cast, sign_in: SignIn) -> None:
    charlie = sign_in(cast.charlie)
    answer = charlie.post("/staff/organisation/switch", data={"organisation_id": cast.refugio.id})
    assert answer.status_code == 404
    assert "Llano Defenders" in charlie.get("/staff/").text


def test_a_forged_choice_in_the_session_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    charlie = sign_in(cast.charlie)
    with charlie.session_transaction() as cookies:
        cookies["organisation_id"] = cast.refugio.id
    assert "alice@example.org" not in charlie.get("/staff/people").text


def test_another_organisations_audit_and_people_are_in_no_list(
    cast: Cast, sign_in: SignIn, theirs: dict[str, str]
) -> None:
    charlie = sign_in(cast.charlie)
    for address in ("/staff/people", "/staff/audit", "/staff/audit.csv", "/staff/tokens"):
        page = charlie.get(address).text
        assert "nora@example.org" not in page
        assert "alice@example.org" not in page


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/staff/audit", "vera"),
        ("/staff/tokens", "bob"),
        ("/staff/organisation", "frida"),
        ("/staff/people", "vera"),
    ],
)
def test_a_role_without_the_permission_is_turned_away(
    cast: Cast, sign_in: SignIn, address: str, name: str
) -> None:
    assert sign_in(getattr(cast, name)).get(address).status_code in {403, 404}


@pytest.fixture
def protected(app: Flask) -> Iterator[Flask]:
    """The application with tokens in forms, as in production."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize(
    "address", ["/staff/people/invitations", "/staff/tokens", "/staff/organisation", "/login"]
)
def test_a_form_without_its_token_is_refused(
    protected: Flask, cast: Cast, sign_in: SignIn, address: str
) -> None:
    browser = protected.test_client() if address == "/login" else sign_in(cast.alice)
    assert browser.post(address, data={"email": "nora@example.org", "role": "viewer"}).status_code == 400


def test_a_form_with_its_token_is_taken(protected: Flask, cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.alice)
    page = browser.get("/staff/people").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "email": "nora@example.org", "role": "viewer"}
    assert browser.post("/staff/people/invitations", data=form).status_code == 302


def test_a_form_sent_from_another_site_is_refused(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.alice).post(
        "/staff/people/invitations",
        data={"email": "nora@example.org", "role": "viewer"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
