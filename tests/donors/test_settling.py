"""What a payment, a refund and the window do to the figures."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock, ids
from core.db import transaction
from core.money import Money
from donors.figures import progress, tally
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.gifts.settling import AmountDiffers
from donors.receipts.receipt import Receipt
from donors.stripe_gateway import Payment, StripeRefund
from tests.donors.conftest import usd

Pending = Callable[..., Gift]


@pytest.fixture(autouse=True)
def in_a_transaction(drive: Drive) -> Iterator[None]:
    """What is tested here runs inside the transaction that an edge has opened."""
    with transaction():
        yield


def paid(gift: Gift, *refunds: StripeRefund, at=None, amount: Money | None = None) -> Payment:  # noqa: ANN001
    return Payment(
        payment_intent_id=f"pi_{gift.id}",
        gift_id=gift.id,
        is_paid=True,
        paid_at=at or clock.now(),
        amount=amount or gift.charged,
        fee=usd(175),
        refunds=refunds,
    )


def refund(minor: int, name: str = "re_1") -> StripeRefund:
    return StripeRefund(id=name, refund_id=None, amount=usd(minor), status="succeeded", at=clock.now())


def figures(drive: Drive) -> tuple[int, int, int]:
    found = progress.read(drive.id)
    assert found is not None
    assert list(ledger.verify()) == []
    assert list(tally.verify()) == []
    return found.raised.minor, found.gifts, found.donors


def test_applying_the_same_payment_again_changes_nothing(
    session: Session, drive: Drive, pending: Pending
) -> None:
    gift = pending(5000)
    for _again in range(3):
        settling.apply_payment(gift, paid(gift))
    assert figures(drive) == (5000, 1, 1)
    assert session.query(Receipt).count() == 1


def test_the_fee_a_donor_covers_is_not_raised(session: Session, drive: Drive, pending: Pending) -> None:
    gift = pending(5000, fee_cover=180)
    settling.apply_payment(gift, paid(gift))
    assert figures(drive) == (5000, 1, 1)
    assert ledger.balance(drive.fund_id, [ledger.FEE_COVER], "USD") == usd(-180)
    assert ledger.balance(drive.fund_id, ledger.CASH, "USD") == usd(5180 - 175)


def test_another_amount_than_promised_is_not_posted(session: Session, drive: Drive, pending: Pending) -> None:
    gift = pending(5000)
    with pytest.raises(AmountDiffers):
        settling.apply_payment(gift, paid(gift, amount=usd(4999)))
    assert gift.state == "pending"


def test_a_partial_refund_takes_its_part_off(session: Session, drive: Drive, pending: Pending) -> None:
    gift = pending(5000)
    settling.apply_payment(gift, paid(gift, refund(2000)))
    assert gift.state == "partly_refunded"
    assert gift.refundable == usd(3000)
    assert figures(drive) == (3000, 1, 1)


def test_refunds_that_add_up_to_all_take_the_donor_off(
    session: Session, drive: Drive, pending: Pending
) -> None:
    gift = pending(5000, fee_cover=180)
    settling.apply_payment(gift, paid(gift, refund(2000)))
    settling.apply_payment(gift, paid(gift, refund(2000), refund(3180, "re_2")))
    assert gift.state == "refunded"
    assert figures(drive) == (0, 0, 0)
    assert ledger.balance(drive.fund_id, [ledger.FEE_COVER, ledger.FEE_COVER_REFUNDS], "USD") == usd(0)


def test_a_refund_that_stripe_lists_twice_is_posted_once(
    session: Session, drive: Drive, pending: Pending
) -> None:
    gift = pending(5000)
    for _again in range(2):
        settling.apply_payment(gift, paid(gift, refund(2000)))
    assert figures(drive) == (3000, 1, 1)


def test_a_payment_after_the_grace_is_kept_and_not_counted(
    session: Session, drive: Drive, pending: Pending
) -> None:
    gift = pending(5000)
    assert drive.closes_at is not None
    settling.apply_payment(gift, paid(gift, at=drive.closes_at + timedelta(hours=1)))
    assert (gift.state, gift.counts) == ("settled", False)
    assert figures(drive) == (0, 0, 0)
    assert ledger.balance(drive.fund_id, ledger.CASH, "USD") == usd(4825)


def test_two_gifts_of_one_person_are_one_donor(session: Session, drive: Drive, pending: Pending) -> None:
    for _each in range(2):
        gift = pending(1000)
        settling.apply_payment(gift, paid(gift))
    assert figures(drive) == (2000, 2, 1)


def test_receipts_are_numbered_without_gaps_in_the_year_of_the_organisation(
    session: Session, drive: Drive, pending: Pending
) -> None:
    late = datetime(2026, 12, 31, 23, 59, tzinfo=ZoneInfo("America/Chicago"))
    for instant in (late, late + timedelta(seconds=30), late + timedelta(minutes=1)):
        gift = pending(1000)
        settling.apply_payment(gift, paid(gift, at=instant))
    labels = [row.label for row in session.query(Receipt).order_by(Receipt.year, Receipt.number)]
    assert labels == ["2026-000001", "2026-000002", "2027-000001"]


@pytest.fixture
def pending(session: Session, drive: Drive, donor_id: str) -> Pending:
    def make(minor: int, fee_cover: int = 0) -> Gift:
        gift = Gift(
            id=ids.new_id("gift"),
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor_id,
            state="pending",
            fee_cover_minor=fee_cover,
            refunded_minor=0,
            started_at=clock.now(),
        )
        gift.amount = usd(minor)
        session.add(gift)
        session.flush()
        return gift

    return make
