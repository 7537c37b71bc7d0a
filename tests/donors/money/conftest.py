"""A drive whose campaign Refugio leads, gifts that were paid, and what banks do at the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import STRIPE
from core.money import Money
from donors.figures import progress, tally
from donors.gifts.gift import Gift
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.leading import lead

Paid = Callable[..., Gift]


@pytest.fixture
def led(session: Session, drive: Drive) -> None:
    lead(session, drive)


@pytest.fixture
def paid(session: Session, led: None, give: Callable[..., Gift], stripe: Stripe) -> Paid:
    """A gift that went all the way: form, payment page, events."""

    def make(amount: str = "50", **more: str) -> Gift:
        gift = give(amount, **more)
        stripe.pay(gift)
        stripe.deliver_all()
        session.expire_all()
        assert gift.state == "settled"
        return gift

    return make


@pytest.fixture
def frida(cast: Cast, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Finance: sees gifts and gives money back."""
    return sign_in(cast.frida)


class Bank:
    """What donors' banks do, through the sandbox's controls; each delivers its events."""

    def __init__(self, stripe: Stripe, session: Session) -> None:
        self.stripe, self._session = stripe, session

    def get(self, path: str, **params: Any) -> Any:
        box = self.stripe.box
        answer = requests.get(f"{box.url}/v1/{path}", params=params, auth=(box.key, ""), timeout=10)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **data: Any) -> Any:
        box = self.stripe.box
        answer = requests.post(f"{box.url}/v1/{path}", data=data, auth=(box.key, ""), timeout=10)
        answer.raise_for_status()
        return answer.json()

    def charge_of(self, gift: Gift) -> str:
        return self.get("charges", payment_intent=gift.payment_intent_id)["data"][0]["id"]

    def dispute(self, gift: Gift, *, deliver: bool = True, **more: Any) -> str:
        found = self.stripe.control(f"charges/{self.charge_of(gift)}/dispute", **more)["id"]
        if deliver:
            self.deliver()
        return found

    def decide(self, dispute: str, *, won: bool, deliver: bool = True) -> None:
        self.stripe.control(f"disputes/{dispute}/decide", won=won)
        if deliver:
            self.deliver()

    def warn(self, gift: Gift) -> str:
        found = self.stripe.control(
            f"charges/{self.charge_of(gift)}/warn", fraud_type="made_with_stolen_card"
        )
        self.deliver()
        return found["id"]

    def deliver(self) -> None:
        self.stripe.deliver_all()
        self._session.expire_all()

    def balance(self) -> int:
        """All that is at Stripe, in cents."""
        return sum(row["net"] for row in self.get("balance_transactions", limit=100)["data"])


@pytest.fixture
def bank(stripe: Stripe, session: Session) -> Bank:
    return Bank(stripe, session)


def stands(drive: Drive) -> tuple[int, int, int]:
    """Raised, gifts, donors; after checking that every kept total is right."""
    found = progress.read(drive.id)
    assert found is not None
    assert list(ledger.verify()) == []
    assert list(tally.verify()) == []
    return found.raised.minor, found.gifts, found.donors


def at_stripe(drive: Drive) -> Money:
    return ledger.balance(drive.fund_id, [STRIPE], "USD")
