"""A gift in a currency with no, two and three decimals: form, Stripe, ledger, receipt, refund, page."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from core.money import Money
from donors.figures import tally
from donors.gifts import deciding, form_token
from donors.gifts.gift import PARTLY_REFUNDED, SETTLED, Gift
from donors.jobs import send_refund
from donors.receipts.receipt import Receipt
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.leading import lead

Give = Callable[..., Gift]


@pytest.fixture
def currency(request: pytest.FixtureRequest, session: Session, drive: Drive) -> str:
    """The drive and its fund are in this currency."""
    code: str = request.param
    drive.currency = session.get_one(Fund, drive.fund_id).currency = code
    drive.presets_minor, drive.min_minor, drive.max_minor = [5000], 100, 100_000_000
    session.commit()
    return code


@pytest.mark.parametrize(
    ("currency", "typed", "minor", "back"),
    [
        ("JPY", "5000", 5000, 120),
        ("USD", "50.25", 5025, 120),
        ("KWD", "5.120", 5120, 120),
        ("ISK", "900", 900, 120),
    ],
    indirect=["currency"],
)
def test_a_gift_and_a_part_of_it_back(
    currency: str,
    typed: str,
    minor: int,
    back: int,
    give: Give,
    stripe: Stripe,
    session: Session,
    drive: Drive,
    client: FlaskClient,
    cast: Cast,
) -> None:
    lead(session, drive)
    gift = give(typed)
    assert gift.amount == Money(minor, currency)
    stripe.pay(gift)
    stripe.deliver_all()
    session.commit()
    session.expire_all()
    assert session.get_one(Gift, gift.id).state == SETTLED
    assert session.query(Receipt).one().amount_minor == minor
    figures = client.get(f"/d/{drive.slug}/progress.json").json
    assert figures is not None
    assert (figures["raised_minor"], figures["currency"]) == (minor, currency)
    row = deciding.refund(cast.actor("frida"), gift.id, amount=Money(back, currency), reason="asked by phone")
    session.commit()
    send_refund.run(row.id)
    session.expire_all()
    assert session.get_one(Gift, gift.id).state == PARTLY_REFUNDED
    assert [*ledger.verify(), *tally.verify()] == []


@pytest.mark.parametrize(
    ("currency", "typed", "said"),
    [
        ("KWD", "5.124", "in steps of"),
        ("JPY", "49", "Give from"),
        ("JPY", "500.5", "Write the amount in digits"),
        ("MXN", "9", "Give from"),
        ("USD", "0.49", "Give from"),
        ("USD", "1000001", "Give from"),
    ],
    indirect=["currency"],
)
def test_an_amount_that_cannot_be_charged_is_said_next_to_its_field(
    currency: str, typed: str, said: str, client: FlaskClient, drive: Drive, session: Session
) -> None:
    form = {
        "form_token": form_token.new_token(),
        "amount_choice": "other",
        "amount_other": typed,
        "email": "ana@example.org",
    }
    answer = client.post(f"/d/{drive.slug}/gifts", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert session.query(Gift).count() == 0
