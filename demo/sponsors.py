"""Sponsors who add to gifts: one to first monthly gifts until midnight; one to the legal fund, paid in part."""

from datetime import timedelta

from sqlalchemy import select

from campaigns.matching import paying, sponsoring
from campaigns.matching.match_fund import MatchFund
from campaigns.matching.match_terms import MatchTerms
from core import clock
from core.db import db
from core.money import Money
from demo.cause import ZONE, a_drive
from demo.people import actor

FIRST_GIFTS, HALVES = "The Harbor Foundation", "Bluestem Credit Union"


def promise() -> None:
    """Before anybody gives."""
    carla = actor("carla")
    began = clock.now() - timedelta(days=1)
    monthly = MatchTerms(
        sponsor=FIRST_GIFTS,
        cap=Money(300_000, "USD"),
        most_per_gift=Money(2_500, "USD"),
        opens_at=began,
        closes_at=a_drive("130-before-midnight").closes_at,
    )
    sponsoring.open_match_fund(carla, a_drive("130-before-midnight").id, monthly)
    halves = MatchTerms(
        sponsor=HALVES, cap=Money(2_500_000, "USD"), match_parts=1, gift_parts=2, opens_at=began
    )
    sponsoring.open_match_fund(carla, a_drive("legal-fund").id, halves)


def pay_a_part() -> None:
    """After gifts have come in."""
    fund = db.session.scalars(select(MatchFund).where(MatchFund.sponsor == HALVES)).one()
    terms = {"received_on": clock.today(ZONE), "reference": "Check 2041"}
    paying.record_payment(actor("frida"), fund.id, amount=Money(500_000, "USD"), **terms)
