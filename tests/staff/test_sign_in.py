"""Sign-in through the pages a person uses."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from staff.member import Member
from tests.staff.conftest import PASSWORD


def type_password(
    browser: FlaskClient, *, password: str = PASSWORD, email: str = "alice@example.org", to: str = ""
) -> Any:
    return browser.post("/login", data={"email": email, "password": password, "next": to})


def test_a_password_opens_the_staff_home(client: FlaskClient, alice: Member) -> None:
    answer = type_password(client)
    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path == "/staff/"
    assert "Refugio Legal Project" in client.get("/staff/").text


def test_the_address_may_be_typed_in_capitals(client: FlaskClient, alice: Member) -> None:
    assert type_password(client, email="Alice@Example.org").status_code == 302


def test_signing_in_leads_back_to_where_one_was_going(client: FlaskClient, alice: Member) -> None:
    sent = client.get("/staff/people?q=bob")
    page = client.get(sent.headers["Location"])
    assert 'value="/staff/people?q=bob"' in page.text
    answer = type_password(client, to="/staff/people?q=bob")
    assert answer.headers["Location"] == "/staff/people?q=bob"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
    ],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, alice: Member, elsewhere: str) -> None:
    leads_to = type_password(client, to=elsewhere).headers.get("Location", "")
    assert "\\" not in leads_to  # which browsers read as a slash
    assert urljoin("http://localhost/login", leads_to).startswith("http://localhost/")


def test_wrong_password_and_unknown_address_get_the_same_answer(client: FlaskClient, alice: Member) -> None:
    wrong = type_password(client, password="not the right one")
    unknown = type_password(client, email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 200
    assert "do not belong together" in wrong.text
    assert wrong.text.replace("alice@", "x@") == unknown.text.replace("nobody@", "x@")
    assert client.get("/staff/").status_code == 302


def test_a_closed_account_gets_that_answer_too(client: FlaskClient, alice: Member, session: Any) -> None:
    alice.account.active = False
    session.commit()
    assert "do not belong together" in type_password(client).text


def test_signing_out_clears_what_the_browser_keeps(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    assert client.post("/logout").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_signing_out_ends_it(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert client.get("/staff/people").status_code == 302


def test_nobody_can_register(client: FlaskClient) -> None:
    assert client.get("/register").status_code == 404
    assert client.post("/register", data={"email": "a@example.org", "password": PASSWORD}).status_code == 404


def test_the_eleventh_try_in_a_minute_is_refused(client: FlaskClient, alice: Member, limits_on: None) -> None:
    for _try in range(10):
        assert type_password(client, password="guess").status_code == 200
    refused = type_password(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "Too many tries" in refused.text


def test_pages_of_signing_in_are_kept_by_no_cache(client: FlaskClient) -> None:
    assert "no-store" in client.get("/login").headers["Cache-Control"]


def test_its_own_words_follow_our_language(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    answer = client.post(
        "/change-password?lang=es",
        data={"password": PASSWORD, "new_password": "x" * 14, "new_password_confirm": "y" * 14},
    )
    assert "no coinciden" in answer.text
