"""A gift without a checkout: posted, counted and receipted like every other, and taken back by new rows alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerGroup
from core import clock
from core.db import transaction
from core.errors import Conflict, Invalid
from core.mail import OutgoingMail
from donors.figures.snapshot import CLOSE, PublicSnapshot
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.jobs import mail_receipts
from donors.offline import recording
from donors.offline.offline_gift import OfflineGift
from donors.payouts import comparing
from donors.people.donor import Donor
from donors.receipts.receipt import Receipt
from tests.donors.offline.conftest import Record, figures, received, today, usd


def receipts(session: Session) -> list[str]:
    return [row.label for row in session.query(Receipt).order_by(Receipt.year, Receipt.number)]


def test_a_check_is_in_the_bank_counted_and_receipted(session: Session, drive: Drive, record: Record) -> None:
    gift = record(12_500, number="1044", note="in the mail", email="Rosa@Example.org")
    assert (gift.state, gift.channel, gift.counts) == ("settled", "check", True)
    assert figures(drive) == (12_500, 1, 1)
    assert ledger.balance(drive.fund_id, [ledger.BANK], "USD") == usd(12_500)
    assert ledger.balance(drive.fund_id, [ledger.STRIPE], "USD") == usd(0)
    row = session.query(Receipt).one()
    assert (row.gift_id, row.donor_name, row.amount, row.by_mail) == (
        gift.id,
        "Rosa Diaz",
        usd(12_500),
        True,
    )
    assert session.get_one(Donor, gift.donor_id).email == "rosa@example.org"
    about = session.get_one(OfflineGift, gift.id)
    assert (about.number, about.note, about.received_on) == ("1044", "in the mail", today())


def test_nobody_is_named_in_public_who_did_not_ask_to_be(record: Record) -> None:
    assert record().public_name == ""
    assert record(name_display="initial").public_name == "Rosa D."


def test_donors_without_an_address_are_one_each_and_strangers_are_one_together(
    session: Session, drive: Drive, record: Record
) -> None:
    for _each in range(2):
        record(1000, name="Rosa Diaz")
        record(1000, name="", channel="cash")
        record(1000, name="Iglesia San Juan", donor_key="parish:7")
    assert figures(drive) == (6000, 6, 4)
    assert session.query(Donor).filter(Donor.email.is_(None)).count() == 4


def test_an_address_finds_its_donor_and_an_id_does_too(drive: Drive, record: Record) -> None:
    first = record(1000, email="rosa@example.org")
    assert record(1000, email=" ROSA@example.org ").donor_id == first.donor_id
    assert record(1000, name="", donor_id=first.donor_id).donor_id == first.donor_id
    assert figures(drive) == (3000, 3, 1)


def test_what_another_program_tells_twice_is_one_gift(session: Session, drive: Drive, record: Record) -> None:
    first = record(1000, external_source="old-crm", external_id="17")
    again = record(9999, external_source="old-crm", external_id="17")
    assert again.id == first.id
    assert record(1000, external_source="other", external_id="17").id != first.id
    assert figures(drive) == (2000, 2, 2)
    assert len(receipts(session)) == 2


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("channel", {"channel": "checkout"}),
        ("channel", {"channel": "barter"}),
        ("amount", {"amount": usd(0)}),
        ("amount", {"amount": usd(-5)}),
        ("amount", {"amount": usd(10**13)}),
        ("received_on", {"received_on": today() + timedelta(days=1)}),
        ("external_id", {"external_source": "old-crm"}),
        ("name_display", {"name_display": "alias"}),
        ("donor_id", {"donor_id": "donor_of_nobody"}),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    session: Session, drive: Drive, field: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        recording.record(drive, replace(received(), **wrong), recorded_by="member:mem_1")
    assert list(refusal.value.errors) == [field]
    assert session.query(Gift).count() == 0


def test_taking_back_restores_every_figure_with_new_rows(
    session: Session, drive: Drive, record: Record
) -> None:
    record(2000, email="ana@example.org")
    gift = record(7000, email="ana@example.org")
    groups = session.scalar(select(func.count()).select_from(LedgerGroup))
    recording.void(gift, said_by="member:mem_1", kind="bounced", reason="No cover")
    assert gift.state == "voided"
    assert figures(drive) == (2000, 1, 1)
    assert ledger.balance(drive.fund_id, [ledger.BANK], "USD") == usd(2000)
    assert session.scalar(select(func.count()).select_from(LedgerGroup)) == (groups or 0) + 1
    row = session.query(Receipt).filter_by(gift_id=gift.id).one()
    assert (row.returned, row.by_mail) == (usd(7000), False)
    assert len(receipts(session)) == 2


def test_what_is_taken_back_stays_so_and_its_id_comes_again_only_after_a_batch_was_opened(
    record: Record,
) -> None:
    known = {"external_source": "old-crm", "external_id": "17"}
    gift = record(**known)
    recording.void(gift, said_by="member:mem_1", kind="reopened")
    assert recording.void(gift, said_by="member:mem_2", kind="mistake").kind == "reopened"
    again = record(**known)
    assert again.id != gift.id
    recording.void(again, said_by="member:mem_1", kind="bounced")
    with pytest.raises(Conflict) as refusal:
        record(**known)
    assert refusal.value.code == "voided_before"


def test_the_day_decides_whether_it_counts(drive: Drive, record: Record) -> None:
    assert record(received_on=today() - timedelta(days=29)).counts
    assert not record(received_on=today() - timedelta(days=31)).counts
    assert figures(drive)[0] == 5000


def test_a_gift_of_the_day_on_which_the_drive_opened_counts(drive: Drive, record: Record) -> None:
    drive.opens_at = clock.now() - timedelta(seconds=1)
    assert record(received_on=today()).counts


def test_a_check_told_after_the_close_leaves_the_snapshot_as_it_was(
    session: Session, drive: Drive, record: Record
) -> None:
    record(1000)
    drive.closed_at = clock.now() - timedelta(days=1)
    late = record(2000, received_on=today() - timedelta(days=2))
    snapshot = session.query(PublicSnapshot).filter_by(kind=CLOSE).one()
    assert late.counts
    assert snapshot.figures["raised_minor"] == 1000
    assert figures(drive)[0] == 3000


def test_mail_goes_where_an_address_is_known_and_mail_is_wanted(session: Session, drive: Drive) -> None:
    with transaction():
        wanted: list[dict[str, Any]] = [{"email": "rosa@example.org"}, {}]
        for more in (*wanted, {"email": "ana@example.org", "wants_receipt_mail": False}):
            recording.record(drive, received(**more), recorded_by="member:mem_1")
    mail_receipts()
    mail_receipts()
    assert [row.to for row in session.query(OutgoingMail)] == ["rosa@example.org"]


def test_stripe_knows_nothing_of_it_and_nothing_is_missed_there(drive: Drive, record: Record) -> None:
    gift = record(5000)
    assert comparing.differences(drive.organisation_id) == []
    with pytest.raises(Conflict) as refusal:
        giving.check_refund(gift, usd(100))
    assert refusal.value.code == "not_at_stripe"
