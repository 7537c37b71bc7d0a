"""Accounts beside the platform's: each with objects of its own."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure

OTHER = "acct_of_another_organisation"


@pytest.fixture(autouse=True)
def connected(till: Till) -> None:
    assert till.control("accounts", {"id": OTHER}).status_code == 200


def test_objects_of_an_account_are_its_own(client: StripeClient) -> None:
    theirs = client.v1.customers.create({"name": "Theirs"}, {"stripe_account": OTHER})
    assert client.v1.customers.list().data == []
    assert [one.id for one in client.v1.customers.list({}, {"stripe_account": OTHER}).data] == [theirs.id]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.retrieve(theirs.id)


def test_events_of_an_account_name_it(till: Till, box: Box, inbox: Inbox, client: StripeClient) -> None:
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:1/ok",
            "line_items": [
                {
                    "price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Gift"}},
                    "quantity": 1,
                }
            ],
        },
        {"stripe_account": OTHER},
    )
    assert till.press(session).status_code == 303
    box.wait_until_idle()
    assert {event.account for event in inbox.events} == {OTHER}
    assert client.v1.charges.list().data == []


def test_an_endpoint_hears_connected_accounts_or_the_own(client: StripeClient, till: Till, box: Box) -> None:
    for address, connect in (("http://127.0.0.1:9/own", False), ("http://127.0.0.1:9/connected", True)):
        client.v1.webhook_endpoints.create({"url": address, "enabled_events": ["*"], "connect": connect})
    client.v1.customers.create({"name": "Ours"})
    client.v1.customers.create({"name": "Theirs"}, {"stripe_account": OTHER})
    heard: dict[str, list[str]] = {}
    for event in till.control("events", method="GET").json()["data"]:
        for delivery in event["deliveries"]:
            heard.setdefault(delivery["url"], []).append(event["data"]["object"]["name"])
    assert heard["http://127.0.0.1:9/own"] == ["Ours"]
    assert heard["http://127.0.0.1:9/connected"] == ["Theirs"]


def test_an_account_that_does_not_exist_is_refused(client: StripeClient) -> None:
    with pytest.raises(stripe.PermissionError):
        client.v1.customers.list({}, {"stripe_account": "acct_nobody"})


def test_accounts_are_made_through_the_api_too(client: StripeClient) -> None:
    account = client.v1.accounts.create({"type": "standard", "email": "org@example.com"})
    assert client.v1.accounts.retrieve(account.id).charges_enabled is True
    assert client.v1.customers.list({}, {"stripe_account": account.id}).data == []
