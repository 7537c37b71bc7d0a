"""Sessions that can be seen and ended, devices that are known, and limits that lock nobody out."""

import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from core.mail import OutgoingMail
from staff.member import Member
from staff.sessions import keeping
from staff.sessions.signed_in import SignedIn
from tests.conftest import Cast
from tests.staff.conftest import PASSWORD
from tests.staff.test_sign_in import type_password

Mails = Callable[[str], list[OutgoingMail]]
NEW_DEVICE = "A sign-in on a new device"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def guess(browser: FlaskClient, address: str, password: str = "a wrong one") -> int:
    typed = {"email": "alice@example.org", "password": password}
    return browser.post("/login", data=typed, environ_base={"REMOTE_ADDR": address}).status_code


def subjects(mails: list[OutgoingMail]) -> list[str]:
    return [mail.subject for mail in mails]


def test_a_new_device_is_told_of_by_mail_and_a_known_one_is_not(
    app: Flask, client: FlaskClient, alice: Member, mails_to: Mails
) -> None:
    client.post("/login", data={"email": "alice@example.org", "password": PASSWORD}, headers=FIREFOX)
    (mail,) = mails_to("alice@example.org")
    assert mail.subject == NEW_DEVICE
    assert "Firefox, Linux" in mail.text
    assert "/reset" in mail.text
    client.post("/logout")
    type_password(client)
    assert len(mails_to("alice@example.org")) == 1
    type_password(app.test_client())
    assert subjects(mails_to("alice@example.org")) == [NEW_DEVICE] * 2


def test_the_devices_cookie_is_strict_and_says_nothing(client: FlaskClient, alice: Member) -> None:
    cookies = type_password(client).headers.getlist("Set-Cookie")
    (device,) = [each for each in cookies if each.startswith("amparo_device=")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(device.split("; "))
    assert re.match(r"amparo_device=[A-Za-z0-9_-]{43};", device)


def test_the_account_page_lists_sessions_and_ends_one(app: Flask, client: FlaskClient, alice: Member) -> None:
    elsewhere = app.test_client()
    elsewhere.post("/login", data={"email": "alice@example.org", "password": PASSWORD}, headers=FIREFOX)
    type_password(client)
    page = client.get("/staff/account").text
    assert "Firefox, Linux" in page
    assert page.count("this one") == 1
    (action,) = re.findall(r'action="(/staff/account/sessions/ses_[a-z0-9]+/end)"', page)
    assert client.post(action).status_code == 303
    assert elsewhere.get("/staff/people").status_code == 302
    assert client.get("/staff/people").status_code == 200


def test_all_others_end_at_once(app: Flask, client: FlaskClient, alice: Member) -> None:
    others = [app.test_client(), app.test_client()]
    for each in (*others, client):
        type_password(each)
    client.post("/staff/account/sessions/end")
    assert [each.get("/staff/people").status_code for each in (*others, client)] == [302, 302, 200]


def test_nobody_ends_anothers_session(
    cast: Cast, session: Session, sign_in: Callable[[Member], FlaskClient]
) -> None:
    bobs = sign_in(cast.bob)
    session_id = session.scalar(select(SignedIn.id).where(SignedIn.account_id == cast.bob.account_id))
    session.commit()
    assert sign_in(cast.alice).post(f"/staff/account/sessions/{session_id}/end").status_code == 404
    assert bobs.get("/staff/people").status_code == 200


def test_a_cookie_copied_before_signing_out_opens_nothing(
    app: Flask, client: FlaskClient, alice: Member
) -> None:
    type_password(client)
    copied = client.get_cookie("amparo")
    assert copied is not None
    client.post("/logout")
    thief = app.test_client()
    thief.set_cookie("amparo", copied.value)
    assert thief.get("/staff/people").status_code == 302


def test_a_session_ends_when_idle_and_after_half_a_day(client: FlaskClient, alice: Member) -> None:
    type_password(client)
    began = clock.now().timestamp()
    with time_machine.travel(began + 3 * 3600 + 60):
        assert client.get("/staff/account").status_code == 302
    for hour in range(2, 13, 2):
        with time_machine.travel(began + hour * 3600 + 1):
            assert client.get("/staff/account").status_code == (200 if hour < 12 else 302), hour


def test_who_asks_for_it_stays_signed_in_for_two_weeks(client: FlaskClient, alice: Member) -> None:
    typed = {"email": "alice@example.org", "password": PASSWORD, "remember": "y"}
    cookies = " ".join(client.post("/login", data=typed).headers.getlist("Set-Cookie"))
    assert "remember_token" not in cookies
    began = clock.now().timestamp()
    with time_machine.travel(began + 13 * 86400):
        assert client.get("/staff/account").status_code == 200
    with time_machine.travel(began + 14 * 86400 + 60):
        assert client.get("/staff/account").status_code == 302


def test_old_sessions_are_forgotten(cast: Cast, session: Session) -> None:
    with transaction():
        arrival = keeping.Arrival(cast.alice.account_id, is_strong=True, stays=False, is_first=True)
        keeping.begin(arrival, device_digest="0" * 64, device_words="")
    with time_machine.travel(clock.now().timestamp() + 29 * 86400), transaction():
        assert keeping.forget_old() == 0
    with time_machine.travel(clock.now().timestamp() + 31 * 86400), transaction():
        assert keeping.forget_old() == 1
    assert session.scalar(select(func.count()).select_from(SignedIn)) == 0


def test_wrong_tries_from_elsewhere_never_lock_the_owner_out(
    app: Flask, client: FlaskClient, alice: Member, limits_on: None
) -> None:
    """The owner has signed in on this device before; strangers use the account's tries up."""
    assert guess(client, "198.51.100.7", PASSWORD) == 302
    client.post("/logout")
    answers = [guess(app.test_client(), f"192.0.2.{n % 250}") for n in range(200)]
    assert answers == [200] * 199 + [429]  # one was the owner's own
    assert guess(app.test_client(), "203.0.113.9") == 429
    assert guess(client, "203.0.113.9", PASSWORD) == 302


def test_strangers_in_the_same_office_do_not_lock_the_owner_out(
    app: Flask, client: FlaskClient, alice: Member, limits_on: None
) -> None:
    assert guess(client, "198.51.100.7", PASSWORD) == 302
    client.post("/logout")
    assert [guess(app.test_client(), "198.51.100.7") for _try in range(12)][-1] == 429
    assert guess(client, "198.51.100.7", PASSWORD) == 302


def test_a_known_device_has_no_endless_tries_either(
    client: FlaskClient, alice: Member, limits_on: None
) -> None:
    assert guess(client, "198.51.100.7", PASSWORD) == 302
    client.post("/logout")
    answers = [guess(client, f"192.0.2.{place}") for place in range(12)]
    assert answers[-1] == 429


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43])
def test_a_made_up_device_counts_as_a_stranger(
    client: FlaskClient, alice: Member, limits_on: None, cookie: str
) -> None:
    client.set_cookie("amparo_device", cookie)
    assert [guess(client, "192.0.2.1") for _try in range(11)] == [200] * 10 + [429]


def test_the_operator_signs_somebody_out(app: Flask, client: FlaskClient, alice: Member) -> None:
    type_password(client)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["staff", "sign-out", "--email", "nobody@example.org"]).exit_code == 1
    assert runner.invoke(args=["staff", "sign-out", "--email", "Alice@example.org"]).exit_code == 0
    assert client.get("/staff/account").status_code == 302
