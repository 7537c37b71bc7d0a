"""One gift from the form to the receipt, through the sandbox's real HTTP."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core.mail import OutgoingMail
from core.money import Money
from donors.figures import progress, tally
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from donors.receipts.receipt import Receipt
from tests.donors.conftest import Stripe


def test_a_paid_gift_is_posted_counted_and_receipted(
    session: Session, drive: Drive, give: Callable[..., Gift], stripe: Stripe
) -> None:
    gift = give("50")
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert gift.state == "settled"
    figures = progress.read(drive.id)
    assert figures is not None
    assert (figures.raised, figures.donors, figures.gifts) == (Money(5000, "USD"), 1, 1)
    assert ledger.balance(drive.fund_id, ledger.CASH, "USD") == Money(5000 - 175, "USD")
    assert list(ledger.verify()) == []
    assert list(tally.verify()) == []
    receipt = session.query(Receipt).filter_by(gift_id=gift.id).one()
    mail = session.query(OutgoingMail).filter_by(key=f"receipt:{receipt.id}").one()
    assert mail.to == "ana@example.org"
    assert "$50" in mail.text


def test_the_page_and_its_json_show_the_same_figures(
    client, session: Session, drive: Drive, give: Callable[..., Gift], stripe: Stripe
) -> None:
    stripe.pay(give("50"))
    stripe.deliver_all()
    data = client.get("/d/monthly/progress.json").get_json()
    assert data["raised_minor"] == 5000
    page = client.get("/d/monthly").text
    assert "$50" in page
    assert "Ana L." in page


def test_the_first_monthly_gift_makes_a_new_monthly_donor(
    client, session: Session, drive: Drive, give: Callable[..., Gift], stripe: Stripe
) -> None:
    gift = give("15", rhythm="month")
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert gift.state == "settled"
    data = client.get("/d/monthly/progress.json").get_json()
    assert data["goals"][1] == {"metric": "new_monthly_donors", "target": 130, "actual": 1}


def test_who_only_types_an_address_does_not_rename_its_donor(
    session: Session, give: Callable[..., Gift], stripe: Stripe
) -> None:
    stripe.pay(give("50"))
    stripe.deliver_all()
    gift = give("60", name="Somebody Else")
    session.expire_all()
    donor = session.get_one(Donor, gift.donor_id)
    assert donor.name == "Ana Lopez"
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert donor.name == "Somebody Else"
    names = [receipt.donor_name for receipt in session.query(Receipt).order_by(Receipt.number)]
    assert names == ["Ana Lopez", "Somebody Else"]
