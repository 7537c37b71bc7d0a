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
from campaigns.partner import Partner
from core import clock
from core.db import transaction
from core.money import Money
from tests.conftest import Cast
from tests.donors.conftest import usd


@pytest.fixture
def led_drive(session: Session, cast: Cast, drive: Drive) -> Drive:
    """The open drive, of a campaign in which Refugio takes part as its lead."""
    lead = {"organisation_id": cast.refugio.id, "part": "lead", "accepted_at": clock.now()}
    session.add(Partner(campaign_id=drive.campaign_id, **lead))
    session.commit()
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
            return sponsoring.open_match_fund(cast.actor("alice"), led_drive.id, MatchTerms(**given | terms))

    return open_fund
