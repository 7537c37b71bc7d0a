"""A drive whose campaign Refugio leads, gifts that were paid, and people of each role at their browsers."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from donors.gifts.gift import Gift
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.leading import lead

SignIn = Callable[[Member], FlaskClient]
Paid = Callable[..., Gift]


@pytest.fixture(autouse=True)
def led(session: Session, drive: Drive) -> None:
    lead(session, drive)


@pytest.fixture
def paid(session: Session, give: Callable[..., Gift], stripe: Stripe) -> Paid:
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
def frida(cast: Cast, sign_in: SignIn) -> FlaskClient:
    """Finance: sees gifts and gives money back."""
    return sign_in(cast.frida)


@pytest.fixture
def carla(cast: Cast, sign_in: SignIn) -> FlaskClient:
    """A campaigner: sees gifts, gives nothing back."""
    return sign_in(cast.carla)


@pytest.fixture
def charlie(cast: Cast, sign_in: SignIn) -> FlaskClient:
    """An owner of another organisation."""
    return sign_in(cast.charlie)
