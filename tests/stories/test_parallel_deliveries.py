"""Fifty deliveries of one event at the same moment to the running web processes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from campaigns.funds.ledger import LedgerGroup
from core.db import db
from donors.gifts.gift import SETTLED
from donors.payments.stripe_event import StripeEvent
from donors.receipts.receipt import Receipt
from tests.donors.conftest import sign
from tests.stories.arranging import gifts_of, open_drive
from tests.stories.donating import pay_at_once, send_form
from tests.stories.house import House, until

DELIVERIES = 50


@pytest.fixture
def no_deliveries(house: House) -> Iterator[None]:
    """The sandbox sends nothing by itself meanwhile."""
    faults = f"{house.box.url}/_sandbox/faults"
    requests.post(faults, json={"kind": "lose_events", "times": 1000}, timeout=10).raise_for_status()
    yield
    requests.delete(faults, timeout=10).raise_for_status()


def test_fifty_parallel_deliveries_of_one_event_post_one_ledger_group(
    house: House, no_deliveries: None
) -> None:
    drive, email = open_drive(house), "fifty@example.org"
    session_id = send_form(house, drive.slug, "50", email)
    pay_at_once(house, session_id)
    event = _event_of(house, session_id)
    assert gifts_of(house, drive)[0].state != SETTLED

    body = json.dumps(event).encode()
    headers = {"Stripe-Signature": sign(body, house.settings.stripe_webhook_secret)}

    def deliver(_number: int) -> int:
        return requests.post(f"{house.url}/stripe/events", data=body, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(DELIVERIES) as pool:
        assert list(pool.map(deliver, range(DELIVERIES))) == [200] * DELIVERIES
    until(lambda: gifts_of(house, drive)[0].state == SETTLED)
    until(lambda: house.letters.to(email))
    gift = gifts_of(house, drive)[0]
    assert house.look(lambda: db.session.query(LedgerGroup).filter_by(source=gift.id).count()) == 1
    assert house.look(lambda: db.session.query(StripeEvent).filter_by(id=event["id"]).count()) == 1
    assert house.look(lambda: db.session.query(Receipt).filter_by(gift_id=gift.id).count()) == 1
    assert len(house.letters.to(email)) == 1
    until(lambda: house.progress(drive.slug)["raised_minor"] == 5000)
    house.command("ledger", "verify")


def _event_of(house: House, session_id: str) -> dict[str, Any]:
    page = requests.get(
        f"{house.box.url}/v1/events",
        params={"type": "checkout.session.completed", "limit": 100},
        auth=(house.box.key, ""),
        timeout=10,
    ).json()
    return next(event for event in page["data"] if event["data"]["object"]["id"] == session_id)
