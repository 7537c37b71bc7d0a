"""An instalment goes by what its donor read about a surplus when the promise was made."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import funding
from core.db import transaction
from donors.gifts.gift import Gift
from tests.conftest import Cast
from tests.donors.recurring.conftest import Calendar, Promised


def test_it_keeps_the_wording_of_its_promise(
    promised: Promised, calendar: Calendar, session: Session, cast: Cast, drive: Drive
) -> None:
    promise = promised("20")
    session.commit()
    with transaction():
        funding.edit_fund(cast.actor("alice"), drive.fund_id, {"surplus_clause": "Another one."})
    calendar.pass_days(32)
    gifts = session.scalars(select(Gift).where(Gift.recurring_gift_id == promise.id)).all()
    assert len(gifts) == 2
    assert len({gift.surplus_clause_id for gift in gifts}) == 1
