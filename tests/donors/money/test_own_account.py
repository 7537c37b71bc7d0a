"""An organisation with a Stripe account of its own: gifts, refunds and events stay on it."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from donors import stripe_gateway
from donors.figures import progress
from donors.gifts.gift import Gift
from donors.payments.connected_account import ConnectedAccount
from donors.payments.stripe_event import StripeEvent
from staff import audit
from tests.conftest import Cast
from tests.donors.conftest import Stripe

OWN = "acct_refugio_of_its_own"
Give = Callable[..., Gift]


@pytest.fixture
def alice(cast: Cast, sign_in: Callable[..., FlaskClient], stripe: Stripe) -> FlaskClient:
    stripe.control("accounts", id=OWN)
    return sign_in(cast.alice)


def connect(browser: FlaskClient, account: str = OWN) -> Any:
    return browser.post("/staff/organisation/stripe", data={"account": account})


def events_of(stripe: Stripe, account: str) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{stripe.box.url}/v1/events",
        params={"limit": 100},
        auth=(stripe.box.key, ""),
        headers={"Stripe-Account": account},
        timeout=10,
    )
    # As an endpoint for connected accounts gets them: naming the account.
    return [event | {"account": account} for event in reversed(answer.json()["data"])]


def test_a_gift_and_its_refund_stay_on_the_organisations_account(
    session: Session, drive: Drive, give: Give, stripe: Stripe, alice: FlaskClient
) -> None:
    assert connect(alice).status_code == 303
    gift = give("50")
    assert gift.account == OWN
    stripe.pay(gift)
    for event in events_of(stripe, OWN):
        assert stripe.deliver(event).status_code == 200
    session.expire_all()
    assert gift.state == "settled"
    assert gift.processing_fee is not None
    answer = alice.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "20", "reason": "Asked for it"})
    assert answer.status_code == 303
    session.expire_all()
    assert (gift.state, gift.refunded.minor) == ("partly_refunded", 2000)
    figures = progress.read(drive.id)
    assert figures is not None
    assert figures.raised.minor == 3000
    assert stripe.new_events() == []  # nothing happened on the installation's own account


def test_an_account_cannot_speak_of_another_accounts_gift(
    session: Session, give: Give, stripe: Stripe, alice: FlaskClient
) -> None:
    gift = give("50")
    connect(alice)
    forged = {
        "mode": "payment",
        "success_url": "http://127.0.0.1:1/ok",
        "client_reference_id": gift.id,
        "payment_intent_data[metadata][gift_id]": gift.id,
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": 5000,
        "line_items[0][price_data][product_data][name]": "Not for you",
    }
    page = requests.post(
        f"{stripe.box.url}/v1/checkout/sessions",
        data=forged,
        auth=(stripe.box.key, ""),
        headers={"Stripe-Account": OWN},
        timeout=10,
    ).json()
    stripe.control(f"pay/{page['id']}")
    for event in events_of(stripe, OWN):
        assert stripe.deliver(event).status_code == 200
    session.expire_all()
    assert (gift.state, gift.payment_intent_id) == ("pending", None)
    rows = session.query(StripeEvent).filter_by(type="payment_intent.succeeded").all()
    assert [(row.state, row.error) for row in rows] == [("done", "")]


def test_gifts_begun_before_stay_where_they_were_begun(
    session: Session, give: Give, stripe: Stripe, alice: FlaskClient
) -> None:
    gift = give("50", rhythm="month")
    connect(alice)
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert (gift.state, gift.account) == ("settled", "")
    alice.post("/staff/organisation/stripe/end")
    assert session.query(ConnectedAccount).count() == 0
    assert list(audit.verify()) == []


@pytest.mark.parametrize("account", ["", "acct_", "acct_nobody_knows", "sk_live_1", "acct_x y"])
def test_an_account_that_is_none_is_refused_next_to_its_field(
    session: Session, alice: FlaskClient, account: str
) -> None:
    answer = connect(alice, account)
    assert answer.status_code == 422
    assert 'id="f-account-error"' in answer.text
    assert session.query(ConnectedAccount).count() == 0


def test_an_account_of_another_organisation_is_refused(
    session: Session, cast: Cast, alice: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    connect(alice)
    answer = connect(sign_in(cast.charlie))
    assert answer.status_code == 422
    assert "Another organisation uses this account" in answer.text
    assert sign_in(cast.frida).get("/staff/organisation/stripe").status_code == 403


def test_what_is_read_says_on_which_account(stripe: Stripe, alice: FlaskClient) -> None:
    with stripe_gateway.on_account(OWN):
        own = stripe_gateway.read_account(OWN)
    assert (own.id, own.can_charge) == (OWN, True)
    with pytest.raises(stripe_gateway.UnknownAccount):
        stripe_gateway.read_account("acct_nobody")
