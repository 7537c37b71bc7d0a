"""Kept counts of giving that were tampered with are named."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from donors.figures import tally
from donors.figures.tally import DriveDay, DriveDonor, DriveTotal
from donors.gifts.gift import Gift
from tests.donors.conftest import Stripe


@pytest.mark.parametrize(
    ("model", "column", "named"),
    [
        (DriveTotal, "gifts", "kept gifts, donors, new monthly (2, 1, 1), gifts say (1, 1, 1)"),
        (DriveTotal, "new_monthly_donors", "kept gifts, donors, new monthly (1, 1, 2), gifts say (1, 1, 1)"),
        (DriveDonor, "gifts", "kept 2 gifts, there are 1"),
        (DriveDay, "raised_minor", "days add up to 1501, the ledger to 1500"),
    ],
)
def test_a_kept_count_that_differs_is_named(
    session: Session,
    drive: Drive,
    give: Callable[..., Gift],
    stripe: Stripe,
    model: Any,
    column: str,
    named: str,
) -> None:
    stripe.pay(give("15", rhythm="month"))
    stripe.deliver_all()
    assert list(tally.verify()) == []
    row = session.scalars(select(model)).one()
    setattr(row, column, getattr(row, column) + 1)
    session.flush()
    found = list(tally.verify())
    assert [sentence.endswith(named) for sentence in found] == [True]
    assert found[0].startswith(drive.id)
