"""One-time codes of an authenticator app, and the recovery codes for the day it is lost."""

import base64
import re
from collections.abc import Callable

import pytest
import time_machine
from flask.testing import FlaskClient
from passlib.totp import TOTP

from core import clock
from core.mail import OutgoingMail
from staff.member import Member
from tests.staff.test_sign_in import type_password


class App:
    """An authenticator app that was shown the key."""

    def __init__(self, key: str) -> None:
        self._totp = TOTP(key=key)

    def code(self, *, seconds_later: int = 0) -> str:
        return str(self._totp.generate(clock.now().timestamp() + seconds_later).token)


@pytest.fixture
def phone(client: FlaskClient, alice: Member) -> App:
    """Alice has set up codes through the page, and has signed out again."""
    type_password(client)
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    key = re.search(r"<code>([A-Z2-7 -]+)</code>", page)
    action = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert key is not None
    assert action is not None
    app = App(key[1])
    assert client.post(action[1], data={"code": app.code()}).headers["Location"].endswith("/staff/account")
    client.post("/logout")
    return app


def test_the_picture_can_be_read_on_a_dark_page(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert picture is not None
    assert b'fill="white"' in base64.b64decode(picture[1])


def test_a_password_alone_opens_nothing_once_codes_are_on(client: FlaskClient, phone: App) -> None:
    asked = type_password(client)
    assert "/tf-validate" in asked.headers["Location"]
    assert client.get("/staff/people").status_code == 302


def test_password_and_code_open_the_staff_home(client: FlaskClient, phone: App) -> None:
    page = client.get(type_password(client).headers["Location"])
    assert "authenticator app" in page.text
    answer = client.post("/tf-validate", data={"code": phone.code(seconds_later=30)})
    assert answer.headers["Location"].endswith("/staff/")
    assert client.get("/staff/people").status_code == 200


def test_a_wrong_code_opens_nothing(client: FlaskClient, phone: App) -> None:
    type_password(client)
    answer = client.post("/tf-validate", data={"code": "000000"})
    assert "This code is not right" in answer.text
    assert client.get("/staff/people").status_code == 302


def test_a_code_is_taken_once(client: FlaskClient, phone: App) -> None:
    code = phone.code(seconds_later=30)
    type_password(client)
    assert client.post("/tf-validate", data={"code": code}).status_code == 302
    client.post("/logout")
    type_password(client)
    assert "This code is not right" in client.post("/tf-validate", data={"code": code}).text


def test_a_wrong_code_does_not_turn_codes_on(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    action = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert action is not None
    client.post(action[1], data={"code": "000000"})
    client.post("/logout")
    assert type_password(client).headers["Location"].endswith("/staff/")


def test_a_recovery_code_opens_once(client: FlaskClient, phone: App) -> None:
    type_password(client)
    client.post("/tf-validate", data={"code": phone.code(seconds_later=30)})
    page = client.post("/mf-recovery-codes", data={"generate_new_codes": "1"}).text
    codes = re.findall(r"<li><code>([^<]+)</code>", page)
    assert len(codes) == 8
    client.post("/logout")
    type_password(client)
    chosen = client.post("/tf-rescue", data={"help_setup": "recovery_code"})
    assert chosen.headers["Location"].endswith("/mf-recovery")
    assert client.post("/mf-recovery", data={"code": codes[0]}).headers["Location"].endswith("/staff/")
    client.post("/logout")
    type_password(client)
    assert "not right, or it was used" in client.post("/mf-recovery", data={"code": codes[0]}).text


def test_asking_for_help_tells_those_who_run_the_site(
    client: FlaskClient, phone: App, mails_to: Callable[[str], list[OutgoingMail]]
) -> None:
    type_password(client)
    assert "have been told" in client.post("/tf-rescue", data={"help_setup": "help"}).text
    (mail,) = mails_to("amparo@localhost.test")
    assert "alice@example.org" in mail.text


def test_changing_how_one_signs_in_asks_for_the_password_again_after_an_hour(
    client: FlaskClient, alice: Member
) -> None:
    type_password(client)
    with time_machine.travel(clock.now().timestamp() + 3700):
        assert "/verify" in client.get("/tf-setup").headers["Location"]
        assert "/verify" in client.post("/wan-register", data={"name": "x"}).headers["Location"]
