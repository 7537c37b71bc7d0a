"""A new password by mail."""

from collections.abc import Callable

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.mail import OutgoingMail
from staff.member import Member
from tests.staff.conftest import PASSWORD, link_in
from tests.staff.test_sign_in import type_password

NEW = "quite another sentence"
Mails = Callable[[str], list[OutgoingMail]]


def ask(browser: FlaskClient, email: str = "alice@example.org") -> str:
    answer = browser.post("/reset", data={"email": email})
    assert answer.status_code == 200
    return answer.text


def test_the_mail_brings_a_link_that_sets_a_password_once(
    client: FlaskClient, alice: Member, mails_to: Mails
) -> None:
    assert "a mail with a link is on its way" in ask(client)
    (mail,) = mails_to("alice@example.org")
    link = link_in(mail.text)
    assert client.get(link).status_code == 200
    set_it = client.post(link, data={"password": NEW, "password_confirm": NEW})
    assert set_it.status_code == 302
    assert type_password(client, password=PASSWORD).status_code == 200
    assert type_password(client, password=NEW).status_code == 302
    again = client.get(link)
    assert again.headers["Location"].endswith("/reset")
    assert "Your password was changed" in [each.subject for each in mails_to("alice@example.org")]


def test_an_unknown_address_gets_the_same_page_and_no_mail(
    client: FlaskClient, alice: Member, mails_to: Mails
) -> None:
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert known.replace("alice@", "x@") == unknown.replace("nobody@", "x@")
    assert mails_to("nobody@example.org") == []


def test_the_link_stops_after_two_hours(client: FlaskClient, alice: Member, mails_to: Mails) -> None:
    ask(client)
    link = link_in(mails_to("alice@example.org")[0].text)
    with time_machine.travel(clock.now().timestamp() + 2 * 3600 + 5):
        assert client.get(link).headers["Location"].endswith("/reset")


def test_a_new_password_signs_other_devices_out(
    client: FlaskClient, alice: Member, mails_to: Mails, sign_in: Callable[[Member], FlaskClient]
) -> None:
    elsewhere = sign_in(alice)
    assert elsewhere.get("/staff/people").status_code == 200
    ask(client)
    link = link_in(mails_to("alice@example.org")[0].text)
    client.post(link, data={"password": NEW, "password_confirm": NEW})
    assert elsewhere.get("/staff/people").status_code == 302


def test_changing_the_password_tells_its_owner(client: FlaskClient, alice: Member, mails_to: Mails) -> None:
    type_password(client)
    answer = client.post(
        "/change-password",
        data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW},
    )
    assert answer.headers["Location"].endswith("/staff/account")
    assert client.get("/staff/account").status_code == 200  # this device stays signed in
    assert "Your password was changed" in [mail.subject for mail in mails_to("alice@example.org")]
    client.post("/logout")
    assert type_password(client, password=NEW).status_code == 302


@pytest.mark.parametrize("password", ["short", "elevenchars"])
def test_a_short_password_is_refused_by_the_field(
    client: FlaskClient, alice: Member, mails_to: Mails, password: str
) -> None:
    ask(client)
    link = link_in(mails_to("alice@example.org")[0].text)
    refused = client.post(link, data={"password": password, "password_confirm": password})
    assert "at least 12 characters" in refused.text
    assert type_password(client).status_code == 302


def test_the_fourth_mail_to_one_address_in_an_hour_is_refused(
    client: FlaskClient, alice: Member, mails_to: Mails, limits_on: None
) -> None:
    for _try in range(3):
        ask(client)
    assert client.post("/reset", data={"email": "alice@example.org"}).status_code == 429
    assert len(mails_to("alice@example.org")) == 3


def test_the_link_is_legible_in_the_mail_alone(
    client: FlaskClient, alice: Member, mails_to: Mails, session: Session
) -> None:
    ask(client)
    link = link_in(mails_to("alice@example.org")[0].text)
    kept = session.execute(text("SELECT * FROM outgoing_mail")).one()
    assert link.removeprefix("/reset/") not in str(
        [bytes(each) if isinstance(each, memoryview) else each for each in kept]
    )
