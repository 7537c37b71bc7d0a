"""A campaign for Carlos with an open drive, and donors who go through the real sandbox."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.clients.client import Client, Persona
from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT, NEW_MONTHLY_DONORS, Goal
from campaigns.funds.fund import Fund
from core import clock
from core.money import Money
from core.settings import Settings
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from sandbox.server import Box
from tests.conftest import Cast

GOOD_CARD = "4242424242424242"


@pytest.fixture
def drive(session: Session, cast: Cast) -> Drive:
    client = Client(organisation_id=cast.refugio.id)
    session.add(client)
    session.flush()
    session.add(Persona(client_id=client.id, display_name="Carlos", pronoun="he", summary="A father of two."))
    campaign = Campaign(
        organisation_id=cast.refugio.id,
        client_id=client.id,
        slug="carlos",
        title="Bring Carlos home",
        story="Carlos wants to **come home**.",
        published_at=clock.now(),
    )
    session.add(campaign)
    session.flush()
    fund = Fund(
        organisation_id=cast.refugio.id,
        campaign_id=campaign.id,
        name="Legal fund",
        purpose="Costs of the case",
        surplus_clause="Goes to the next case.",
        currency="USD",
    )
    session.add(fund)
    session.flush()
    drive = Drive(
        campaign_id=campaign.id,
        organisation_id=cast.refugio.id,
        fund_id=fund.id,
        slug="monthly",
        title="130 new monthly donors",
        summary="By midnight.",
        story="Carlos is a father.",
        currency="USD",
        opens_at=clock.now() - timedelta(days=30),
        closes_at=clock.now() + timedelta(days=400),
        zone="America/Chicago",
        published_at=clock.now(),
    )
    session.add(drive)
    session.flush()
    session.add_all(
        [
            Goal(drive_id=drive.id, metric=AMOUNT, target=10_000_000),
            Goal(drive_id=drive.id, metric=NEW_MONTHLY_DONORS, target=130, position=1),
        ]
    )
    session.commit()
    return drive


def sign(body: bytes, secret: str, at: int | None = None) -> str:
    """A Stripe-Signature header for a body."""
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@dataclass
class Stripe:
    """The sandbox as a test sees it: pay a page, deliver its events to the application."""

    box: Box
    client: FlaskClient
    secret: str
    newest: str = ""

    def control(self, control: str, **body: Any) -> Any:
        answer = requests.post(f"{self.box.url}/_sandbox/{control}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def pay(self, gift: Gift, card: str = GOOD_CARD, **more: Any) -> Any:
        return self.control(f"pay/{gift.checkout_session_id}", card=card, **more)

    def order_fault(self, kind: str, *, path: str, times: int = 10) -> None:
        self.control("faults", kind=kind, path=path, times=times)

    def forget_faults(self) -> None:
        requests.delete(f"{self.box.url}/_sandbox/faults", timeout=10).raise_for_status()

    def new_events(self) -> list[dict[str, Any]]:
        """Events that this test has not seen yet, oldest first."""
        asked: dict[str, str | int] = {"limit": 100}
        if self.newest:
            asked["ending_before"] = self.newest
        page = requests.get(
            f"{self.box.url}/v1/events", params=asked, auth=(self.box.key, ""), timeout=10
        ).json()
        fresh = list(reversed(page["data"]))
        self.newest = fresh[-1]["id"] if fresh else self.newest
        return fresh

    def deliver(self, event: dict[str, Any]) -> Any:
        body = json.dumps(event).encode()
        return self.client.post(
            "/stripe/events",
            data=body,
            headers={"Stripe-Signature": sign(body, self.secret), "Content-Type": "application/json"},
        )

    def deliver_all(self) -> list[str]:
        """Deliver what is new, in order; returns the types."""
        events = self.new_events()
        for event in events:
            answer = self.deliver(event)
            assert answer.status_code == 200, answer.text
        return [event["type"] for event in events]


@pytest.fixture
def stripe(app: Flask, box: Box, client: FlaskClient, settings: Settings) -> Stripe:
    requests.post(f"{box.url}/_sandbox/reset", timeout=10).raise_for_status()
    till = Stripe(box, client, settings.stripe_webhook_secret)
    till.new_events()
    return till


@pytest.fixture
def give(client: FlaskClient, session: Session, drive: Drive) -> Callable[..., Gift]:
    """Send the giving form as a donor would; returns the gift that is waiting to be paid."""

    def send(amount: str = "50", rhythm: str = "once", email: str = "ana@example.org", **more: Any) -> Gift:
        typed = {
            "form_token": form_token.new_token(),
            "amount_choice": "other",
            "amount_other": amount,
            "rhythm": rhythm,
            "email": email,
            "name": "Ana Lopez",
            "name_display": "initial",
            **more,
        }
        answer = client.post(f"/d/{drive.slug}/gifts", data=typed)
        assert answer.status_code == 303, answer.text
        session.expire_all()
        return session.query(Gift).filter_by(checkout_url=answer.headers["Location"]).one()

    return send


@pytest.fixture
def donor_id(session: Session, drive: Drive) -> str:
    giver = Donor(organisation_id=drive.organisation_id, email="ana@example.org", name="Ana Lopez")
    session.add(giver)
    session.flush()
    return giver.id


def usd(minor: int) -> Money:
    return Money(minor, "USD")
