"""Gifts from bank accounts: what they cost, that they wait for the bank, and what becomes of them."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from core.errors import Conflict
from core.mail import OutgoingMail
from core.money import Money
from donors import jobs
from donors.gifts import debiting, fee_cover
from donors.gifts.debit import TRANSITIONS, Debit
from donors.gifts.gift import BANK, Gift
from donors.receipts.receipt import Receipt
from staff.audit import AuditEvent
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.money.conftest import Bank, stands

GOOD, EMPTY, DISPUTED = "000123456789", "000222222227", "000555555559"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def offered(session: Session, led: None, cast: Cast) -> None:
    debiting.offer(cast.actor("alice"), is_on=True)
    session.commit()


@pytest.fixture
def debited(offered: None, give: Callable[..., Gift], bank: Bank) -> Callable[..., Gift]:
    """A gift whose donor has allowed the debit."""

    def make(account: str = GOOD, amount: str = "50", **more: str) -> Gift:
        gift = give(amount, method=BANK, **more)
        bank.stripe.pay(gift, account, name="Ana Lopez")
        bank.deliver()
        return gift

    return make


def answer(bank: Bank) -> None:
    """The days pass in which the bank answers."""
    bank.stripe.box.advance(by_days=5)
    bank.deliver()


def mails(session: Session) -> list[str]:
    query = select(OutgoingMail.key).order_by(OutgoingMail.queued_at, OutgoingMail.id)
    return [key.split(":")[0] for key in session.scalars(query)]


def test_the_form_offers_it_only_where_the_organisation_does(
    client: FlaskClient, drive: Drive, led: None, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    assert 'name="method"' not in client.get(f"/d/{drive.slug}").text
    owner = sign_in(cast.alice)
    page = "/staff/organisation/debits"
    assert sign_in(cast.frida).post(page, data={"is_on": "true"}).status_code == 403
    assert owner.post(page, data={"is_on": "true"}).status_code == 303
    shown = client.get(f"/d/{drive.slug}").text
    assert 'name="method" value="bank"' in shown
    assert "From a bank account: about 0.8 %, at most $5." in shown
    assert 'data-fee-percent="80" data-fee-fixed="0" data-fee-least="" data-fee-most="500"' in shown
    assert owner.post(page, data={"is_on": "false"}).status_code == 303
    assert 'name="method"' not in client.get(f"/d/{drive.slug}").text
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.verb == "bank_giving.set")).all()) == 2


@pytest.mark.parametrize(("more", "why"), [({}, "by card alone"), ({"rhythm": "month"}, "by card alone")])
def test_it_is_refused_where_it_is_not_offered(
    client: FlaskClient, drive: Drive, led: None, session: Session, more: dict[str, str], why: str
) -> None:
    answer = _send(client, drive, **more)
    assert answer.status_code == 422
    assert why in answer.text
    assert session.query(Gift).count() == 0


def test_in_other_currencies_it_is_refused_in_plain_words(
    client: FlaskClient, drive: Drive, offered: None, session: Session
) -> None:
    drive.currency = "MXN"
    session.commit()
    answer = _send(client, drive, rhythm="month")
    assert answer.status_code == 422
    assert "Bank accounts are debited in dollars, euros or pounds. This drive is in MXN: pay by card." in (
        answer.text
    )
    assert session.query(Gift).count() == 0


def _send(client: FlaskClient, drive: Drive, **more: str) -> Any:
    from donors.gifts import form_token

    typed = {"form_token": form_token.new_token(), "amount_choice": "other", "amount_other": "50"}
    typed |= {"email": "ana@example.org", "rhythm": "once", "method": BANK}
    return client.post(f"/d/{drive.slug}/gifts", data=typed | more)


def test_it_waits_for_the_bank_and_is_raised_once_it_is_paid(
    debited: Callable[..., Gift], bank: Bank, session: Session, drive: Drive, client: FlaskClient
) -> None:
    gift = debited(cover_fee="true")
    assert (gift.state, gift.fee_cover_minor, stands(drive)) == ("pending", 41, (0, 0, 0))
    assert session.get_one(Debit, gift.id).state == "waiting"
    thanks = f"/d/{drive.slug}/gifts/{gift.id}/thanks"
    assert "Your bank is asked" in client.get(thanks).text
    assert mails(session) == ["debit"]
    answer(bank)
    assert (gift.state, gift.processing_fee_minor) == ("settled", 40)
    assert session.get_one(Debit, gift.id).state == "arrived"
    assert stands(drive) == (5000, 1, 1)
    assert session.query(Receipt).count() == 1
    assert mails(session) == ["debit", "receipt"]
    assert "has arrived" in client.get(thanks).text


def test_a_bank_that_does_not_pay_leaves_nothing(
    debited: Callable[..., Gift], bank: Bank, session: Session, drive: Drive, client: FlaskClient
) -> None:
    gift = debited(EMPTY)
    answer(bank)
    assert (gift.state, session.get_one(Debit, gift.id).state) == ("failed", "refused")
    assert stands(drive) == (0, 0, 0)
    assert session.query(Receipt).count() == 0
    assert mails(session) == ["debit", "debit-refused"]
    assert "did not go through" in client.get(f"/d/{drive.slug}/gifts/{gift.id}/thanks").text


@pytest.mark.parametrize("account", [GOOD, EMPTY])
def test_events_in_any_order_and_again_end_the_same(
    offered: None, give: Callable[..., Gift], bank: Bank, session: Session, drive: Drive, account: str
) -> None:
    gift = give("50", method=BANK)
    bank.stripe.pay(gift, account, name="Ana Lopez")
    bank.stripe.box.advance(by_days=5)
    events = bank.stripe.new_events()
    for event in [*reversed(events), *events]:
        assert bank.stripe.deliver(event).status_code == 200
    session.expire_all()
    assert gift.state == ("settled" if account == GOOD else "failed")
    assert stands(drive) == ((5000, 1, 1) if account == GOOD else (0, 0, 0))
    assert len(mails(session)) == len(set(mails(session)))


def test_lost_news_is_asked_for_after_some_days_and_not_every_minute(
    debited: Callable[..., Gift], session: Session
) -> None:
    gift = debited()
    row = session.get_one(Debit, gift.id)
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        jobs.sweep.run()
        session.expire_all()
        assert (gift.state, row.state) == ("pending", "waiting")
        row.ask_at = clock.now()
        session.commit()
        jobs.sweep.run()
        session.expire_all()
        assert (row.state, row.ask_at > clock.now() + timedelta(days=4)) == ("waiting", True)
        session.commit()
    with time_machine.travel(clock.now() + timedelta(days=8)):  # no event of these days has come
        jobs.sweep.run()
    session.expire_all()
    assert (gift.state, row.state) == ("settled", "arrived")


def test_a_disputed_debit_is_followed_like_a_card(
    debited: Callable[..., Gift], bank: Bank, session: Session, drive: Drive, frida: FlaskClient
) -> None:
    gift = debited(DISPUTED)
    answer(bank)
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "disputes $50" in page
    assert "The bank paid." in page
    stands(drive)


def test_staff_see_that_the_bank_has_not_answered(debited: Callable[..., Gift], frida: FlaskClient) -> None:
    page = frida.get(f"/staff/gifts/{debited().id}").text
    assert "the bank has not answered yet" in page
    assert "bank was asked" in page


def test_what_looks_wrong_is_taken_by_card_alone(
    app: Flask, offered: None, client: FlaskClient, drive: Drive, session: Session, monkeypatch: Any
) -> None:
    from donors.defence import admitting

    monkeypatch.setattr(admitting, "_suspicions", lambda *_a, **_k: iter(["restless"]))
    answer = _send(client, drive)
    assert answer.status_code == 422
    assert "by card alone" in answer.text
    assert session.query(Gift).count() == 0


def test_software_starts_one_too(
    offered: None, client: FlaskClient, drive: Drive, cast: Cast, session: Session, stripe: Stripe
) -> None:
    from core.db import transaction
    from staff import issuing

    with transaction():
        _token, secret = issuing.issue(cast.actor("alice"), name="test", scopes=["gifts.start"])
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "the first"}
    asked = {"amount": {"minor": 100_000, "currency": "USD"}, "email": "ana@example.org"}
    sent = client.post(
        f"/api/v1/drives/{drive.id}/gifts", json=asked | {"method": BANK, "cover_fee": True}, headers=headers
    )
    assert sent.status_code == 201, sent.text
    assert (sent.status_code, sent.json["method"], sent.json["fee_cover"]["minor"]) == (201, BANK, 500)  # type: ignore[index]


@pytest.mark.pure
def test_a_debit_moves_only_as_its_table_says() -> None:
    for before, after in itertools.product(TRANSITIONS, repeat=2):
        row = Debit(gift_id="gift_x", state=before)
        if before == after or after in TRANSITIONS[before]:
            row.move(after)
            assert row.state == after
        else:
            with pytest.raises(Conflict):
                row.move(after)
            assert row.state == before


@pytest.mark.pure
@given(st.integers(100, 5_000_000), st.sampled_from(["USD", "EUR", "GBP"]))
def test_what_covers_a_debit_is_what_it_costs(minor: int, currency: str) -> None:
    """By the rates of the file: after the fee on the sum at least the amount is left, and never a cent too much."""
    amount = Money(minor, currency)
    charged = amount + fee_cover.cover(amount, BANK)

    def left(cents: int) -> int:
        fee = {
            "USD": min(-(-cents * 8 // 1000), 500),
            "EUR": 35,
            "GBP": max(min(-(-cents // 100), 200), 20),
        }[currency]
        return cents - fee

    assert left(charged.minor) >= minor
    assert left(charged.minor - 1) < minor


def test_it_is_given_back_in_parts_to_the_account(
    session: Session, debited: Callable[..., Gift], bank: Bank, drive: Drive, frida: FlaskClient
) -> None:
    gift = debited()
    answer(bank)
    for amount, left in (("20", 3000), ("30", 0)):
        typed = {"amount": amount, "reason": "Asked for it"}
        assert frida.post(f"/staff/gifts/{gift.id}/refunds", data=typed).status_code == 303
        bank.stripe.box.advance(by_days=1)
        bank.deliver()
        session.expire_all()
        assert stands(drive)[0] == left
    assert gift.state == "refunded"
    assert mails(session).count("refund") == 2
