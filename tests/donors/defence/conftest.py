"""Limits are on in these tests, and counted from nothing; donors come from addresses of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from requests import HTTPError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from campaigns.drives.drive import Drive
from core.web.limits import limiter
from donors.gifts import form_token
from donors.gifts.gift import Gift
from tests.donors.conftest import Stripe

DECLINED = "4000000000000002"


@pytest.fixture(autouse=True)
def limits_are_on(app: Flask) -> Iterator[None]:
    limiter.reset()
    app.config["LIMITS_ARE_ON"] = True
    yield
    app.config["LIMITS_ARE_ON"] = False
    limiter.reset()


@dataclass
class Crowd:
    """Many people at the giving form, each with an address and an e-mail."""

    client: FlaskClient
    session: Session
    drive: Drive
    stripe: Stripe
    opened: list[str] = field(default_factory=list)

    def send(self, address: str, email: str, amount: str = "5", **more: Any) -> TestResponse:
        typed = {
            "form_token": form_token.new_token(),
            "amount_choice": "other",
            "amount_other": amount,
            "rhythm": "once",
            "email": email,
            **more,
        }
        return self.client.post(
            f"/d/{self.drive.slug}/gifts", data=typed, environ_base={"REMOTE_ADDR": address}
        )

    def begin(self, address: str, email: str, **more: Any) -> Gift:
        """A gift whose payment page is open."""
        answer = self.send(address, email, **more)
        assert answer.status_code == 303, answer.text
        self.forget()
        return self.session.query(Gift).filter_by(checkout_url=answer.headers["Location"]).one()

    def forget(self) -> None:
        """What the test has read so far; requests write in sessions of their own."""
        self.session.commit()
        self.session.expire_all()

    def try_card(self, gift: Gift, card: str) -> bool:
        """Whether the card was accepted on the gift's page; what Stripe says of it is delivered."""
        try:
            self.stripe.pay(gift, card)
        except HTTPError:
            return False
        finally:
            self.stripe.deliver_all()
            self.forget()
        return True

    def give(self, address: str, email: str, **more: Any) -> Gift:
        gift = self.begin(address, email, **more)
        assert self.try_card(gift, "4242424242424242")
        return gift


@pytest.fixture
def crowd(client: FlaskClient, session: Session, drive: Drive, stripe: Stripe) -> Crowd:
    return Crowd(client, session, drive, stripe)
