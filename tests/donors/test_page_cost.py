"""What a view of a drive's page asks of the database: three statements, whatever stands behind it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.updates.update import Update
from core import clock
from donors.gifts.gift import Gift
from legal.budget.stage import BudgetStage
from legal.reports.transparency import LegalMonth
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.statements import statements

MOST = 3


@pytest.fixture
def told(session: Session, drive: Drive, cast: Cast) -> Drive:
    """The drive with a partner, five updates, six months of hours and a budget of four stages."""
    now = clock.now()
    about = {"campaign_id": drive.campaign_id}
    session.add(Partner(organisation_id=cast.llano.id, part="partner", accepted_at=now, **about))
    for number in range(5):
        published_at = now - timedelta(days=number)
        session.add(Update(title=f"Day {number}", body="It went *well*.", published_at=published_at, **about))
    for number in range(1, 7):
        work = {"hours_tenths": 50, "valued_tenths": 0, "in_kind_minor": 0, "currency": "USD"}
        session.add(LegalMonth(month=date(2026, number, 1), **work, **about))
    for number in range(1, 5):
        stage = {"estimate_minor": 1_000 * number, "currency": "USD", "is_bond": number == 2}
        session.add(BudgetStage(drive_id=drive.id, position=number, name=f"Stage {number}", **stage))
    session.commit()
    return drive


@pytest.fixture
def told_and_given(told: Drive, give: Callable[..., Gift], stripe: Stripe) -> Drive:
    """The same with gifts of several people, one of them monthly."""
    for number, rhythm in enumerate(("once", "once", "month")):
        stripe.pay(give("15", rhythm=rhythm, email=f"ana{number}@example.org"))
    stripe.deliver_all()
    return told


@pytest.mark.parametrize("address", ["/d/monthly", "/d/monthly?lang=es", "/d/monthly/progress.json"])
def test_a_view_takes_three_statements_at_most(
    client: FlaskClient, told_and_given: Drive, address: str
) -> None:
    with statements() as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(asked) <= MOST, asked


def test_more_gifts_take_no_more_statements(
    client: FlaskClient, told: Drive, give: Callable[..., Gift], stripe: Stripe
) -> None:
    with statements() as before:
        client.get("/d/monthly")
    for number in range(12):
        stripe.pay(give("20", email=f"ben{number}@example.org"))
    stripe.deliver_all()
    with statements() as after:
        page = client.get("/d/monthly").text
    assert len(after) == len(before)
    assert "Day 0" in page
    assert "Stage 4" in page
    assert "Llano Defenders" in page
