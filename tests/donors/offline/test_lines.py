"""Lines of the bank: guessed at, matched once, and let go again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.money import Money
from donors.gifts.gift import Gift
from donors.offline import batching, closing, line_guessing, line_matching, recording
from donors.offline.line_matching import Somebody
from donors.payouts import comparing, explaining
from donors.payouts.bank_line import BankLine
from donors.people.donor import Donor
from donors.pledges.pledge import Pledge
from staff.access import Actor
from tests.conftest import Cast
from tests.donors.offline.conftest import figures, received, today
from tests.donors.offline.test_batches import begin, plan
from tests.donors.offline.test_pledges import due, pledge

Bank = Callable[..., BankLine]
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def bank(session: Session, drive: Drive) -> Bank:
    def line(minor: int, text: str = "TRANSFER", currency: str = "USD") -> BankLine:
        row = BankLine(
            organisation_id=drive.organisation_id, external_id=new_id("x"), on_day=today(), text=text
        )
        row.amount = Money(minor, currency)
        session.add(row)
        session.flush()
        return row

    return line


def guesses(actor: Actor, line: BankLine) -> list[tuple[str, str, tuple[str, ...]]]:
    found = line_guessing.suggest(actor, [line])[line.id]
    return [(each.kind, each.thing.id, each.reasons) for each in found]


def test_a_pledge_is_known_by_its_reference_however_banks_write_it(
    drive: Drive, finance: Actor, bank: Bank
) -> None:
    row = pledge(finance, drive, due(10_000))
    code = row.reference
    line = bank(4000, f"SEPA {code[:5].lower()} {code[5:]} /THANKS")
    assert guesses(finance, line) == [("pledge", row.id, ("reference",))]
    named = bank(10_000, "FROM ROSA  DIAZ")
    assert guesses(finance, named) == [("pledge", row.id, ("name", "amount"))]
    assert guesses(finance, bank(77)) == []


def test_one_click_records_the_gift_and_pays_the_pledge(
    session: Session, drive: Drive, finance: Actor, bank: Bank
) -> None:
    row, line = pledge(finance, drive, due(10_000)), bank(10_000)
    line_matching.record_for_pledge(finance, line.id, row.id)
    [gift] = session.query(Gift)
    assert (gift.channel, gift.donor_id, gift.external_id) == ("transfer", row.donor_id, line.external_id)
    assert session.get_one(Pledge, row.id).state == "paid"
    assert figures(drive) == (10_000, 1, 1)
    with pytest.raises(Conflict) as refusal:
        line_matching.record_for_pledge(finance, line.id, row.id)
    assert refusal.value.code == "line_matched"
    assert comparing.differences(drive.organisation_id) == []


def test_undoing_takes_the_gift_back_and_the_line_can_be_matched_again(
    session: Session, drive: Drive, finance: Actor, bank: Bank
) -> None:
    line = bank(2000, "ANA LOPEZ")
    session.add(Donor(organisation_id=drive.organisation_id, name="Ana Lopez"))
    session.flush()
    [ana] = line_guessing.donors_named_in(finance, line)
    line_matching.record_gift(finance, line.id, drive_id=drive.id, who=Somebody(donor_id=ana.id))
    line_matching.undo(finance, line.id)
    assert figures(drive) == (0, 0, 0)
    assert [each.kind for each in comparing.differences(drive.organisation_id)] == ["bank"]
    line_matching.record_gift(finance, line.id, drive_id=drive.id, who=Somebody(name="Somebody else"))
    assert figures(drive) == (2000, 1, 1)
    with pytest.raises(NotFound):
        line_matching.undo(finance, bank(1).id)


def test_a_gift_that_is_recorded_is_matched_and_stays_when_that_is_undone(
    session: Session, drive: Drive, finance: Actor, bank: Bank
) -> None:
    gift = recording.record(drive, received(2000, channel="transfer"), recorded_by="member:mem_1")
    line = bank(2000)
    assert guesses(finance, line) == [("gift", gift.id, ("amount",))]
    with pytest.raises(Invalid):
        line_matching.match_gift(finance, bank(1999).id, gift.id)
    line_matching.match_gift(finance, line.id, gift.id)
    with pytest.raises(Conflict) as refusal:
        line_matching.match_gift(finance, bank(2000).id, gift.id)
    assert refusal.value.code == "matched_elsewhere"
    line_matching.undo(finance, line.id)
    assert figures(drive) == (2000, 1, 1)
    line_matching.match_gift(finance, line.id, gift.id)
    recording.void(gift, said_by="member:mem_1", kind="bounced")
    assert line_matching.match_of(line.id) is None


def test_a_batch_that_was_brought_to_the_bank_is_one_line(drive: Drive, finance: Actor, bank: Bank) -> None:
    batch = begin(finance, drive, 1000, 2000, wanted=plan(drive, day=today() - timedelta(days=1)))
    line = bank(3000, "DEPOSIT")
    assert guesses(finance, line) == []
    closing.close(finance, batch.id)
    assert guesses(finance, line) == [("batch", batch.id, ("amount",))]
    line_matching.match_batch(finance, line.id, batch.id)
    closing.reopen(finance, batch.id, reason="A wrong day")
    assert line_matching.match_of(line.id) is None
    with pytest.raises(Invalid):
        line_matching.match_batch(finance, line.id, batch.id)
    assert batching.get_batch(finance, batch.id).state == "open"


def test_what_is_a_donors_is_no_payout_and_what_left_is_no_gift(
    drive: Drive, finance: Actor, cast: Cast, bank: Bank
) -> None:
    line, out = bank(500), bank(-500)
    line_matching.record_gift(finance, line.id, drive_id=drive.id, who=Somebody())
    assert explaining.match_lines(drive.organisation_id) == 0
    with pytest.raises(Conflict):
        line_matching.record_gift(finance, out.id, drive_id=drive.id, who=Somebody())
    with pytest.raises(NotFound):
        line_matching.get_line(cast.actor("charlie"), line.id)
