"""A second step for roles that can do harm, and a fresh sign-in before what cannot be taken back."""

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.mail import OutgoingMail
from core.settings import Settings
from staff import assurance
from staff.member import ROLES, Member
from tests.conftest import Cast, open_session
from tests.staff.test_codes import App
from tests.staff.test_sign_in import type_password

SignIn = Callable[[Member], FlaskClient]
ENROLMENT = "/staff/account/second-step"


@pytest.fixture
def required(app: Flask) -> Iterator[None]:
    """A second step required by role, as in production."""
    app.config["SECOND_STEP_REQUIRED"] = True
    yield
    app.config["SECOND_STEP_REQUIRED"] = False


def weakly(sign_in: SignIn, member: Member) -> FlaskClient:
    """Signed in by password alone."""
    browser = sign_in(member)
    with browser.session_transaction() as cookies:
        cookies["sid"] = open_session(member.account_id, is_strong=False)
    return browser


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [("alice", ENROLMENT), ("frida", ENROLMENT), ("bob", ENROLMENT), ("carla", None), ("vera", None)],
)
def test_owners_finance_and_legal_need_a_second_step(
    required: None, cast: Cast, sign_in: SignIn, name: str, leads_to: str | None
) -> None:
    browser = weakly(sign_in, getattr(cast, name))
    answer = browser.get("/staff/campaigns")
    assert (answer.status_code, answer.headers.get("Location")) == (303 if leads_to else 200, leads_to)
    if leads_to:
        page = browser.get(leads_to).text
        assert "/wan-register" in page
        assert "/tf-setup" in page


def test_with_a_second_step_the_pages_open(required: None, cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.frida).get("/staff/campaigns").status_code == 200


def test_every_role_is_strong_or_sees_nothing_that_harms() -> None:
    assert set(ROLES) - assurance.STRONG_ROLES == {"campaigner", "viewer"}


def test_enrolment_takes_two_pages_and_opens_the_house(
    required: None, client: FlaskClient, alice: Member, mails_to: Callable[[str], list[OutgoingMail]]
) -> None:
    type_password(client)
    assert client.get("/staff/people").headers["Location"] == ENROLMENT
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    key, action = (
        re.search(r"<code>([A-Z2-7 -]+)</code>", page),
        re.search(r'action="(/tf-setup/[^"]+)"', page),
    )
    assert key is not None
    assert action is not None
    client.post(action[1], data={"code": App(key[1]).code()})
    assert client.get("/staff/people").status_code == 200
    assert client.get(ENROLMENT).headers["Location"].startswith("/mf-recovery-codes")
    assert "How you sign in has changed" in [mail.subject for mail in mails_to("alice@example.org")]


def test_the_password_alone_cannot_add_a_second_step_to_one_that_is_there(
    required: None, cast: Cast, sign_in: SignIn, session: object
) -> None:
    """Somebody who knows the password of an account with a passkey for signing in alone."""
    cast.alice.account.tf_primary_method, cast.alice.account.tf_totp_secret = "authenticator", "sealed"
    session.commit()  # pyright: ignore[reportAttributeAccessIssue]
    browser = weakly(sign_in, cast.alice)
    page = browser.get(ENROLMENT).text
    assert "/wan-register" not in page
    assert "Sign out" in page
    for path in ("/tf-setup", "/wan-register", "/mf-recovery-codes"):
        assert browser.get(path).headers.get("Location") == ENROLMENT, path


def test_production_requires_it_whatever_the_settings_say(tmp_path: object) -> None:
    assert Settings(environment="production").second_step_required
    assert not Settings().second_step_required
    assert Settings(require_second_step=True).second_step_required


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/staff/gifts.csv"),
        ("get", "/staff/audit.csv"),
        ("get", "/staff/recurring.csv"),
        ("post", "/staff/tokens"),
        ("post", "/staff/people/invitations"),
        ("post", "/staff/clients/cli_x/identity/openings"),
        ("post", "/staff/gifts/gift_x/refunds"),
        ("post", "/staff/expenses/exp_x/payments"),
    ],
)
def test_what_cannot_be_taken_back_asks_who_it_is_after_half_an_hour(
    cast: Cast, sign_in: SignIn, method: str, path: str
) -> None:
    browser = sign_in(cast.alice)
    with time_machine.travel(clock.now().timestamp() + 1860):
        answer = getattr(browser, method)(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/verify?next=/staff/")
        assert browser.get("/staff/gifts").status_code == 200  # looking needs no fresh sign-in


def test_confirming_leads_back_and_is_enough(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    with time_machine.travel(clock.now().timestamp() + 1860):
        asked = client.get("/staff/audit.csv?verb=member").headers["Location"]
        page = client.get(asked).text
        assert 'value="/staff/audit.csv?verb=member"' in page
        answer = client.post(
            "/verify", data={"password": "a sentence nobody guesses", "next": "/staff/audit.csv?verb=member"}
        )
        assert answer.headers["Location"].endswith("/staff/audit.csv?verb=member")
        assert client.get("/staff/audit.csv?verb=member").status_code == 200


def test_a_role_without_the_permission_is_told_nothing_of_it(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.vera)
    with time_machine.travel(clock.now().timestamp() + 1860):
        assert browser.get("/staff/gifts.csv").status_code == 404
