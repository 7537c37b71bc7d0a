"""From a file to gifts and back: the dry run tells what the import does, twice changes nothing, undo restores all."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from donors.receipts.receipt import Receipt
from tests.donors.importing.conftest import Figures, Importing, csv_of, usd

HEADER = ["Transaction ID", "Date", "Amount", "Fee", "Email", "Name"]


def rows(count: int, **about: object) -> list[list[object]]:
    day = (clock.now() - timedelta(days=3)).date().isoformat()
    return [
        [f"t{number}", day, f"{10 + number}.00", "0.50", f"p{number % 3}@example.org", f"Person {number % 3}"]
        for number in range(1, count + 1)
    ]


def test_gifts_come_in_and_go_again(
    importing: Importing, session: Session, figures: Callable[[], Figures]
) -> None:
    before = figures()
    found = importing.upload(csv_of(HEADER, rows(5)), "Old CRM")
    checked = importing.check(found)
    assert figures() == before
    assert (checked.to_import, checked.sums["ok"]) == (5, usd(6500))
    done = importing.start(found)
    assert (done.imported, done.sums["imported"]) == (5, usd(6500))
    after = figures()
    assert (after["raised"], after["gifts"], after["donors"]) == (usd(6500), 5, 3)
    assert session.scalars(select(Receipt)).all() == []
    assert {gift.public_name for gift in session.scalars(select(Gift))} == {""}
    assert {giver.name for giver in session.scalars(select(Donor))} == {"Person 0", "Person 1", "Person 2"}
    importing.undo(found)
    assert figures() == before
