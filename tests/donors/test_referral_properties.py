"""Whatever gifts came by whatever links and went back in whatever parts: what partners raised adds up with the rest to
what the ledger says was raised, to the cent, and no gift counts for two."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import NO_DRIVE, RAISED, LedgerTotal, Line
from campaigns.partner import Partner
from core import clock, ids
from core.db import db
from core.money import Money
from donors.gifts import returning
from donors.gifts.gift import RECEIVED, Gift
from donors.gifts.refund import Refund
from donors.partners import referral
from donors.partners.partner_figures import figures_of
from donors.people.donor import Donor
from tests.conftest import Cast
from tests.donors.conftest import usd
from tests.donors.leading import lead


@pytest.fixture
def links(session: Session, cast: Cast, drive: Drive) -> list[Partner]:
    lead(session, drive)
    joined = Partner(
        campaign_id=drive.campaign_id, organisation_id=cast.llano.id, part="partner", accepted_at=clock.now()
    )
    session.add(joined)
    session.commit()
    return list(session.scalars(select(Partner).order_by(Partner.part)))


#: Whose link (2: nobody's), the gift, the fee cover, whether it counts, and what share of the charge goes back.
GIFTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(1, 100_000),
        st.integers(0, 500),
        st.booleans(),
        st.sampled_from([0, 1, 3, 10]),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gifts=GIFTS)
def test_parts_and_rest_are_what_was_raised(
    session: Session,
    drive: Drive,
    links: list[Partner],
    donor_id: str,
    gifts: list[tuple[int, int, int, bool, int]],
) -> None:
    before, counted = _raised(drive), {each.id: figures_of([each])[each.id] for each in links}
    others = 0
    for whose, amount, cover, counts, tenths in gifts:
        gift = _settled(drive, donor_id, amount, cover, counts=counts)
        referral.note(gift, links[whose].code if whose < len(links) else "")
        back = _give_back(gift, (amount + cover) * tenths // 10)
        others += amount - back if counts and whose == len(links) else 0
    by_link = sum(
        _minor(figures_of(links)[each.id].raised) - _minor(counted[each.id].raised) for each in links
    )
    assert by_link + others == _raised(drive) - before
    standing = sum(figures_of(links)[each.id].gifts - counted[each.id].gifts for each in links)
    assert standing == sum(
        1 for whose, _amount, _cover, counts, tenths in gifts if counts and whose < len(links) and tenths < 10
    )
    session.commit()


def _settled(drive: Drive, donor_id: str, amount: int, cover: int, *, counts: bool) -> Gift:
    gift = Gift(
        id=ids.new_id("gift"),
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=db.session.get_one(Donor, donor_id).id,
        state="settled",
        counts=counts,
        fee_cover_minor=cover,
        refunded_minor=0,
        paid_at=clock.now() - timedelta(minutes=1),
    )
    gift.amount = usd(amount)
    db.session.add(gift)
    db.session.flush()
    toward = drive.id if counts else NO_DRIVE
    ledger.post(
        kind="gift_settled",
        source=gift.id,
        fund_id=gift.fund_id,
        lines=[
            Line(ledger.STRIPE, gift.charged),
            Line(ledger.GIFTS, -gift.amount, toward),
            Line(ledger.FEE_COVER, -gift.fee_cover, toward),
        ],
        occurred_at=clock.now(),
    )
    return gift


def _give_back(gift: Gift, minor: int) -> int:
    """Refund so much of the charge; returns what of it was the gift itself."""
    if not minor:
        return 0
    row = Refund(gift_id=gift.id, asked_by="stripe")
    row.amount = usd(minor)
    db.session.add(row)
    db.session.flush()
    returning.take_back(gift, row, at=clock.now())
    db.session.flush()
    assert (gift.state in RECEIVED) == (minor < gift.charged.minor)
    return row.gift_part_minor


def _raised(drive: Drive) -> int:
    rows = select(LedgerTotal).where(LedgerTotal.drive_id == drive.id, LedgerTotal.account.in_(RAISED))
    return -sum(
        each.balance_minor for each in db.session.scalars(rows.execution_options(populate_existing=True))
    )


def _minor(amounts: list[Money]) -> int:
    return sum(each.minor for each in amounts)
