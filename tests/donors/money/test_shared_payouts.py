"""A payout of the common account with the money of two organisations: one line of the bank, a share for each."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from core import clock
from donors import jobs
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.payouts import comparing
from donors.payouts.bank_line import BankLine
from donors.payouts.payout import Payout
from tests.conftest import Cast
from tests.donors.api.conftest import Software
from tests.donors.money.conftest import Bank, Paid
from tests.donors.money.test_trouble_api import ours as ours

pytestmark = pytest.mark.usefixtures("led")


@pytest.fixture
def other_drive(session: Session, drive: Drive, cast: Cast) -> Drive:
    """Of Llano, in the same currency."""
    about = {"organisation_id": cast.llano.id}
    campaign = Campaign(**about, slug="eva", title="Eva", story="Eva.", published_at=clock.now())
    session.add(campaign)
    session.flush()
    fund = Fund(
        **about, campaign_id=campaign.id, name="Fund", purpose="Costs", surplus_clause="Next.", currency="USD"
    )
    session.add(fund)
    session.flush()
    made = Drive(
        **about,
        campaign_id=campaign.id,
        fund_id=fund.id,
        slug="eva",
        title="Eva",
        summary="",
        story="",
        currency="USD",
        opens_at=drive.opens_at,
        closes_at=drive.closes_at,
        zone="UTC",
        published_at=clock.now(),
    )
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def shared(session: Session, paid: Paid, other_drive: Drive, bank: Bank, client: FlaskClient) -> Payout:
    """$50 for Refugio and $30 for Llano, paid out together; it has arrived."""
    paid("50")
    typed = {"form_token": form_token.new_token(), "amount_choice": "other", "amount_other": "30"}
    typed |= {"email": "eva@example.org", "rhythm": "once"}
    assert client.post(f"/d/{other_drive.slug}/gifts", data=typed).status_code == 303
    session.expire_all()
    bank.stripe.pay(session.scalars(select(Gift).where(Gift.drive_id == other_drive.id)).one())
    bank.deliver()
    bank.stripe.box.advance(by_days=3)
    bank.stripe.control("payouts", currency="usd")
    bank.stripe.box.advance(by_days=3)
    bank.deliver()
    session.commit()
    return session.scalars(select(Payout)).one()


REFUGIO, LLANO = 5000 - 175, 3000 - 117


def arrived(organisation_id: str) -> tuple[int, int, int, bool]:
    (row,) = (each for each in comparing.columns(organisation_id, "USD") if each.name == "arrived")
    assert row.at_stripe is not None
    assert row.in_ledger is not None
    assert row.in_bank is not None
    return row.at_stripe.minor, row.in_ledger.minor, row.in_bank.minor, row.agrees


def open_amounts(organisation_id: str) -> list[tuple[str, int | None]]:
    return [
        (each.kind, each.at_stripe.minor if each.at_stripe else None)
        for each in comparing.differences(organisation_id)
    ]


def bank_file(browser: FlaskClient, payout: Payout, **other: str) -> Any:
    row = {"date": payout.arrives_on.isoformat(), "amount": payout.amount.major, "text": "STRIPE"} | other
    text = "date,amount,text\n" + ",".join(str(row[each]) for each in ("date", "amount", "text")) + "\n"
    return browser.post(
        "/staff/reconciliation/bank-files",
        data={"file": (BytesIO(text.encode()), "bank.csv")},
        content_type="multipart/form-data",
    )


def test_each_waits_for_its_share_until_one_imports_the_line(
    session: Session, shared: Payout, frida: FlaskClient, cast: Cast, drive: Drive, other_drive: Drive
) -> None:
    assert (shared.organisation_id, shared.amount_minor) == (None, REFUGIO + LLANO)
    assert shared.posted_at is not None
    assert open_amounts(cast.refugio.id) == [("payout", REFUGIO)]
    assert open_amounts(cast.llano.id) == [("payout", LLANO)]
    page = frida.get("/staff/reconciliation").text
    assert "Of several organisations. Yours: $48.25" in page
    assert bank_file(frida, shared).status_code == 303
    session.expire_all()
    assert session.scalars(select(BankLine)).one().payout_id == shared.id
    assert arrived(cast.refugio.id) == (REFUGIO, REFUGIO, REFUGIO, True)
    assert arrived(cast.llano.id) == (LLANO, LLANO, LLANO, True)
    assert (open_amounts(cast.refugio.id), open_amounts(cast.llano.id)) == ([], [])
    for found, minor in ((drive, REFUGIO), (other_drive, LLANO)):
        assert ledger.balance(found.fund_id, [ledger.BANK], "USD").minor == minor
    assert list(ledger.verify()) == []


def test_a_line_that_was_there_before_is_matched_by_the_comparison(
    session: Session, shared: Payout, frida: FlaskClient, cast: Cast
) -> None:
    assert bank_file(frida, shared, amount="12.00").status_code == 303
    line = session.scalars(select(BankLine)).one()
    assert line.payout_id is None
    line.amount_minor = shared.amount_minor
    session.commit()
    jobs.compare_with_stripe.run()
    session.expire_all()
    assert line.payout_id == shared.id
    assert open_amounts(cast.llano.id) == []


def test_by_hand_too_and_never_by_one_who_has_no_money_in_it(
    session: Session, shared: Payout, frida: FlaskClient, ours: Software
) -> None:
    assert bank_file(frida, shared, date="2025-01-01").status_code == 303
    line = session.scalars(select(BankLine)).one()
    assert line.payout_id is None
    listed = ours.get("/payouts").json["items"]  # type: ignore[index]
    assert [(each["id"], each["share"]["minor"]) for each in listed] == [(shared.id, REFUGIO)]
    asked = f"/bank-lines/{line.id}/matches"
    assert ours.post(asked, {"payout_id": "po_of_nobody"}).status_code == 422
    assert ours.post(asked, {"payout_id": shared.id}).status_code == 201
    session.expire_all()
    assert line.payout_id == shared.id
