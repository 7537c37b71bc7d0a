"""From a file to gifts and back: the dry run tells what the import does, twice changes nothing, undo restores all."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock, ids
from core.db import transaction
from core.errors import Conflict
from donors.gifts import returning
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.importing import looking, steps
from donors.importing.gift_import import FILES, STATES, TRANSITIONS, GiftImport
from donors.jobs import sweep_imports
from donors.offline import recording
from donors.people.donor import Donor
from donors.privacy import retention
from donors.receipts.receipt import Receipt
from tests.donors.importing.conftest import SAMPLES, Figures, Importing, csv_of, usd

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


def test_a_second_import_changes_nothing_and_says_so(
    importing: Importing, figures: Callable[[], Figures]
) -> None:
    data = csv_of(HEADER, rows(5))
    importing.whole(data, "Old CRM")
    after = figures()
    _found, again = importing.whole(data, "old  crm")
    assert (again.imported, again.duplicates) == (0, 5)
    assert figures() == after


def test_rows_without_an_id_are_told_apart_by_what_they_say(importing: Importing, session: Session) -> None:
    twice = [["", *row[1:]] for row in rows(1) * 3 + rows(2)]
    importing.whole(csv_of(HEADER, twice), "Old CRM")
    assert len(session.scalars(select(Gift)).all()) == 5
    found = importing.upload(csv_of(HEADER, [*twice, twice[0]]), "Old CRM", piece_rows=2)
    assert (importing.check(found).to_import, importing.start(found).imported) == (1, 1)


def test_a_gift_paid_here_is_not_imported_from_stripes_file(
    importing: Importing, session: Session, drive: Drive, donor_id: str
) -> None:
    session.add(
        Gift(
            id=ids.new_id("gift"),
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor_id,
            amount=usd(5000),
            payment_intent_id="pi_invented1",
        )
    )
    session.commit()
    found, done = importing.whole((SAMPLES / "stripe.csv").read_bytes())
    assert (done.imported, done.duplicates) == (1, 1)
    assert [row.rule for row in session.scalars(looking.rows_of(found, "duplicate"))] == ["here"]


def test_donors_are_found_again_by_address_or_name(
    importing: Importing, session: Session, donor_id: str
) -> None:
    session.commit()
    day = rows(1)[0][1]
    people = [
        ["1", day, "10.00", "", "ANA@example.org", "Somebody Else"],
        ["2", day, "10.00", "", "", "Ben  Invented"],
        ["3", day, "10.00", "", "", "ben invented"],
        ["4", day, "10.00", "", "", ""],
        ["5", day, "10.00", "", "", ""],
    ]
    importing.whole(csv_of(HEADER, people), "Old CRM")
    gifts = {gift.external_id: gift.donor_id for gift in session.scalars(select(Gift))}
    assert gifts["1"] == donor_id
    assert session.get_one(Donor, donor_id).name == "Ana Lopez"
    assert gifts["2"] == gifts["3"]
    assert gifts["4"] == gifts["5"] != gifts["2"]


def test_old_gifts_move_no_goal(importing: Importing, drive: Drive, figures: Callable[[], Figures]) -> None:
    before = figures()
    old = [[*row[:1], "2019-05-04", *row[2:]] for row in rows(3)]
    _found, done = importing.whole(csv_of(HEADER, old), "Old CRM")
    after = figures()
    assert done.imported == after["standing"] == 3
    assert [after[name] for name in ("raised", "gifts", "donors", "days")] == [
        before[name] for name in ("raised", "gifts", "donors", "days")
    ]


def test_what_somebody_took_back_by_hand_does_not_come_again(importing: Importing, session: Session) -> None:
    data = csv_of(HEADER, rows(3))
    found, _done = importing.whole(data, "Old CRM")
    gift = session.scalars(select(Gift).where(Gift.external_id == "t1")).one()
    with transaction():
        recording.void(session.get_one(Gift, gift.id), said_by="member:frida", kind="mistake")
    importing.undo(found)
    _again, done = importing.whole(data, "Old CRM")
    assert (done.imported, done.duplicates) == (2, 1)


def test_a_gift_that_went_back_in_part_stays(
    importing: Importing, session: Session, figures: Callable[[], Figures]
) -> None:
    found, _done = importing.whole(csv_of(HEADER, rows(3)), "Old CRM")
    gift = session.scalars(select(Gift).where(Gift.external_id == "t2")).one()
    with transaction():
        refund = Refund(gift_id=gift.id, asked_by="member:frida", amount=usd(200))
        session.add(refund)
        returning.take_back(session.get_one(Gift, gift.id), refund, at=clock.now(), account=ledger.BANK)
    undone = importing.undo(found)
    assert (undone.undone, undone.imported) == (2, 1)
    assert [row.rule for row in session.scalars(looking.rows_of(found, "imported"))] == ["went_back"]
    assert figures()["raised"] == usd(1000)


def test_people_known_before_are_not_forgotten(importing: Importing, session: Session, donor_id: str) -> None:
    session.commit()
    day = rows(1)[0][1]
    people = [
        ["1", day, "10.00", "", "ana@example.org", "Ana"],
        ["2", day, "10.00", "", "new@example.org", "New One"],
    ]
    found, _done = importing.whole(csv_of(HEADER, people), "Old CRM")
    importing.undo(found)
    session.expire_all()
    left = {giver.email for giver in session.scalars(select(Donor)) if giver.erased_at is None}
    assert left == {"ana@example.org"}
    assert {gift.donor_name for gift in session.scalars(select(Gift))} == {"", "Ana"}


@pytest.mark.parametrize(("state", "wanted"), list(product(STATES, STATES)))
def test_every_pair_of_states(state: str, wanted: str) -> None:
    found = GiftImport(state=state)
    if wanted in TRANSITIONS[state]:
        found.move_to(wanted)
        assert found.state == wanted
    else:
        with pytest.raises(Conflict):
            found.move_to(wanted)
        assert found.state == state


def test_files_go_after_a_while_and_what_became_of_the_rows_stays(
    importing: Importing, session: Session
) -> None:
    found, _done = importing.whole((SAMPLES / "donorbox.csv").read_bytes())
    assert FILES.names() != []
    rule = next(each for each in retention.RULES if each.name == "import_files")
    assert rule.count() == 0
    found.worked_at = clock.now() - timedelta(days=31)
    session.commit()
    with transaction():
        assert retention.apply_batch(rule) == 1
    assert FILES.names() == []
    assert list(looking.left_out(found)) == [[5, "Amount: This is no amount in this currency."]]


def test_work_whose_nudge_was_lost_is_found_by_the_sweep(importing: Importing, session: Session) -> None:
    found = importing.upload((SAMPLES / "donorbox.csv").read_bytes())
    with transaction():
        steps.map_columns(importing.actor, found.id, found.columns)
        steps.ask_check(importing.actor, found.id)
    sweep_imports.run()
    assert found.state == "checking"  # somebody may just be at it
    found.worked_at = clock.now() - timedelta(minutes=2)
    session.commit()
    sweep_imports.run()
    assert found.state == "checked"
