"""Match funds of the open drive, and gifts taken through their lives without Stripe's pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.matching import sponsoring
from campaigns.matching.match_fund import MatchFund
from campaigns.matching.match_terms import MatchTerms
from core import clock
from core.db import transaction
from core.money import Money
from donors.gifts.gift import Gift
from tests.clearing import show_names
from tests.conftest import Cast
from tests.donors.api.conftest import of
from tests.donors.conftest import Stripe, usd
from tests.donors.leading import lead

__all__ = ["of"]


@pytest.fixture
def led_drive(session: Session, drive: Drive) -> Drive:
    """The open drive, of a campaign that Refugio leads."""
    lead(session, drive)
    return drive


@pytest.fixture
def match_fund(cast: Cast, led_drive: Drive) -> Callable[..., MatchFund]:
    """Opens a match fund of the drive: its cap in cents, and other terms."""

    def open_fund(cap_minor: int = 10_000, **terms: Any) -> MatchFund:
        most = terms.pop("most_per_gift", None)
        given: dict[str, Any] = {
            "sponsor": "The Harbor Foundation",
            "cap": usd(cap_minor),
            "opens_at": clock.now() - timedelta(hours=1),
            "most_per_gift": Money(most, "USD") if most else None,
        }
        with transaction():
            opened = sponsoring.open_match_fund(
                cast.actor("alice"), led_drive.id, MatchTerms(**given | terms)
            )
            show_names(led_drive.id)
            return opened

    return open_fund


@pytest.fixture
def paid(session: Session, give: Callable[..., Gift], stripe: Stripe) -> Callable[..., Gift]:
    """A gift that went all the way: form, payment page, events."""

    def make(amount: str = "50", **more: str) -> Gift:
        gift = give(amount, **more)
        stripe.pay(gift)
        stripe.deliver_all()
        session.expire_all()
        assert gift.state == "settled"
        session.commit()  # what was read must not be rolled back with what comes after it
        return gift

    return make
