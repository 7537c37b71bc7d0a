"""The giving form: what it accepts, what it refuses next to which field, and that one form makes one gift."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.people.consent import Consent
from donors.people.donor import Donor
from tests.donors.conftest import Stripe


@pytest.fixture
def send(client: FlaskClient, drive: Drive) -> Callable[..., Any]:
    def post(**typed: str) -> Any:
        blank = {
            "form_token": form_token.new_token(),
            "amount_choice": "5000",
            "rhythm": "once",
            "email": "ana@example.org",
            "name": "Ana Lopez",
        }
        return client.post(f"/d/{drive.slug}/gifts", data=blank | typed)

    return post


@pytest.mark.parametrize(
    "amount", ["-5", "0", "1e3", "abc", "0.001", "99999999999999999999", "12.345,678", "0.50", "60000"]
)
def test_an_impossible_amount_is_refused_at_its_field(
    send: Callable[..., Any], session: Session, amount: str
) -> None:
    answer = send(amount_choice="other", amount_other=amount)
    assert answer.status_code == 422
    assert 'id="f-amount_other-error"' in answer.text
    assert f'value="{amount}"' in answer.text
    assert session.query(Gift).count() == 0
    assert session.query(Donor).count() == 0


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("email", "nobody"),
        ("email", ""),
        ("rhythm", "hourly"),
        ("amount_choice", "123"),
        ("name", "x" * 121),
        ("message", "x" * 281),
        ("name_display", "neon"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    send: Callable[..., Any], session: Session, field: str, wrong: str
) -> None:
    answer = send(**{field: wrong})
    assert answer.status_code == 422
    assert f"f-{field}" in answer.text
    assert session.query(Gift).count() == 0


def test_an_amount_in_spanish_writing_is_read(
    send: Callable[..., Any], session: Session, stripe: Stripe
) -> None:
    assert send(amount_choice="other", amount_other="1.234,50").status_code == 303
    assert session.query(Gift).one().amount_minor == 123_450


def test_the_same_form_twice_makes_one_gift_and_one_page(
    send: Callable[..., Any], session: Session, stripe: Stripe
) -> None:
    token = form_token.new_token()
    addresses = {send(form_token=token).headers["Location"] for _click in range(2)}
    assert len(addresses) == 1
    assert session.query(Gift).count() == 1


def test_a_changed_amount_makes_another_gift(
    send: Callable[..., Any], session: Session, stripe: Stripe
) -> None:
    token = form_token.new_token()
    send(form_token=token)
    send(form_token=token, amount_choice="2500")
    assert session.query(Gift).count() == 2


@pytest.mark.parametrize("token", ["made-up", "", form_token.PLACEHOLDER])
def test_a_form_that_is_not_ours_is_shown_again(
    send: Callable[..., Any], session: Session, token: str
) -> None:
    answer = send(form_token=token)
    assert answer.status_code == 422
    assert session.query(Gift).count() == 0


def test_a_machine_that_fills_the_trap_gives_nothing(send: Callable[..., Any], session: Session) -> None:
    assert send(website="https://example.net").status_code == 422
    assert session.query(Gift).count() == 0


def test_a_form_sent_from_another_site_is_refused(client: FlaskClient, drive: Drive) -> None:
    answer = client.post(f"/d/{drive.slug}/gifts", data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_closed_drive_takes_no_gift(send: Callable[..., Any], session: Session, drive: Drive) -> None:
    drive.closes_at = clock.now() - timedelta(seconds=1)
    session.commit()
    answer = send()
    assert answer.status_code == 409
    assert "No money moved" in answer.text
    assert session.query(Gift).count() == 0


def test_consent_is_kept_in_the_words_that_were_seen(
    send: Callable[..., Any], session: Session, stripe: Stripe
) -> None:
    send(consent_0="true")
    kept = session.query(Consent).one()
    assert kept.wording == "Refugio Legal Project may send me news by e-mail."


def test_nothing_is_ticked_before(client: FlaskClient, drive: Drive) -> None:
    page = client.get(f"/d/{drive.slug}").text
    for name in ("consent_0", "cover_fee"):
        box = page.split(f'name="{name}"', 1)[1].split(">", 1)[0]
        assert "checked" not in box


def test_each_reader_gets_a_token_of_their_own(client: FlaskClient, drive: Drive) -> None:
    tokens = {
        client.get(f"/d/{drive.slug}").text.split('name="form_token" value="')[1].split('"')[0] for _ in "ab"
    }
    assert len(tokens) == 2
    assert form_token.PLACEHOLDER not in tokens


def test_an_unpublished_drive_does_not_exist(client: FlaskClient, session: Session, drive: Drive) -> None:
    drive.published_at = None
    session.commit()
    for path in ("", "/progress.json"):
        assert client.get(f"/d/{drive.slug}{path}").status_code == 404


def test_when_stripe_does_not_answer_nothing_is_lost(
    client: FlaskClient, send: Callable[..., Any], session: Session, stripe: Stripe
) -> None:
    stripe.order_fault("error", path="/v1/checkout/sessions")
    token = form_token.new_token()
    answer = send(form_token=token)
    assert answer.status_code == 503
    assert "No money moved" in answer.text
    assert 'value="ana@example.org"' in answer.text
    assert session.query(Gift).one().state == "pending"
