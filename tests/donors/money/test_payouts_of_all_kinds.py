"""Payouts by hand, on an organisation's own account, and in currencies with no, two and three decimals; and the
reconciliation as software sees it."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from core import clock
from donors import jobs
from donors.gifts.gift import Gift
from donors.payments import movements_at_stripe
from donors.payouts import comparing
from donors.payouts.bank_line import BankLine
from donors.payouts.payout import Payout
from staff.audit import AuditEvent
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.money.conftest import Bank, Paid, stands
from tests.donors.money.test_trouble_api import software

LONG_AGO = clock.from_epoch(1_600_000_000)
OWN = "acct_refugio_of_its_own"


def columns(cast: Cast, currency: str = "USD") -> dict[str, tuple[int | None, int, bool]]:
    """By name: at Stripe, in the ledger, and whether these two are the same."""
    found = comparing.columns(cast.refugio.id, currency)
    return {
        row.name: (row.at_stripe.minor, row.in_ledger.minor, row.at_stripe == row.in_ledger)
        for row in found
        if row.at_stripe is not None and row.in_ledger is not None
    }


def all_agree(cast: Cast, currency: str = "USD") -> bool:
    return all(agrees for _there, _here, agrees in columns(cast, currency).values())


def kinds(cast: Cast) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in comparing.differences(cast.refugio.id)]


@pytest.fixture
def currency(request: pytest.FixtureRequest, session: Session, drive: Drive) -> str:
    code: str = request.param
    drive.currency = session.get_one(Fund, drive.fund_id).currency = code
    drive.presets_minor, drive.min_minor, drive.max_minor = [5000], 100, 100_000_000
    session.commit()
    return code


@pytest.mark.parametrize(
    ("currency", "typed"), [("USD", "50.25"), ("JPY", "5000"), ("KWD", "5.120")], indirect=["currency"]
)
def test_an_automatic_payout_agrees_in_every_column(
    currency: str, typed: str, session: Session, led: None, give: Callable[..., Gift], bank: Bank, cast: Cast
) -> None:
    for number in range(2):
        bank.stripe.pay(give(typed, email=f"a{number}@example.org"))
    bank.deliver()
    bank.stripe.box.advance(by_days=3)
    bank.stripe.control("payouts", currency=currency.lower())
    bank.deliver()
    assert all_agree(cast, currency)
    bank.stripe.box.advance(by_days=3)
    bank.deliver()
    payout = session.scalars(select(Payout)).one()
    assert (payout.state, payout.currency) == ("arrived", currency)
    assert all_agree(cast, currency)
    assert columns(cast, currency)["at_stripe_now"][:2] == (0, 0)
    assert columns(cast, currency)["arrived"][:2] == (payout.amount_minor, payout.amount_minor)
    assert kinds(cast) == [("payout", "arrived")]  # no line of the bank yet
    assert list(ledger.verify()) == []


@pytest.mark.parametrize("currency", ["ISK"], indirect=True)
def test_what_stripe_writes_a_hundredfold_is_the_same_amount_here(
    currency: str, session: Session, led: None, give: Callable[..., Gift], bank: Bank, cast: Cast
) -> None:
    gift = give("900")
    bank.stripe.pay(gift)
    bank.deliver()
    session.commit()
    movements_at_stripe.bring_in(LONG_AGO)
    session.expire_all()
    assert (gift.state, gift.processing_fee_minor) == ("settled", 26)
    assert columns(cast, currency)["balance_before_payouts"] == (874, 874, True)
    assert kinds(cast) == []


@pytest.fixture
def by_hand(session: Session, paid: Paid, bank: Bank) -> Payout:
    """Somebody paid $40 out by hand, of the $47.. that two gifts have left at Stripe; it has arrived."""
    paid("20")
    paid("30", email="ben@example.org")
    bank.stripe.box.advance(by_days=3)
    bank.post("payouts", amount=4000, currency="usd")
    bank.deliver()
    bank.stripe.box.advance(by_days=3)
    bank.deliver()
    session.commit()
    movements_at_stripe.bring_in(LONG_AGO)  # as the comparison does; such a payout tells of no movements
    return session.scalars(select(Payout)).one()


def put_down(browser: FlaskClient, payout: Payout, fund_id: str) -> Any:
    said = {"reason": "The first payout after the hearing", "fund_id": fund_id}
    return browser.post(f"/staff/reconciliation/explanations/{payout.id}", data=said)


@pytest.mark.parametrize("of_all", [True, False])
def test_a_payout_by_hand_is_listed_until_staff_says_whose_money_it_is(
    session: Session,
    drive: Drive,
    by_hand: Payout,
    bank: Bank,
    frida: FlaskClient,
    cast: Cast,
    of_all: bool,
) -> None:
    assert (by_hand.state, by_hand.posted_at) == ("arrived", None)
    assert kinds(cast) == [("payout", "arrived")]
    page = frida.get("/staff/reconciliation").text
    assert "It is the money of" in page
    assert "All funds, by what each has at Stripe" in page
    assert put_down(frida, by_hand, "fund_of_others").status_code == 422
    assert put_down(frida, by_hand, "all" if of_all else drive.fund_id).status_code == 303
    session.expire_all()
    assert by_hand.posted_at is not None
    assert ledger.balance(drive.fund_id, [ledger.BANK], "USD").minor == 4000
    assert ledger.balance(drive.fund_id, [ledger.STRIPE], "USD").minor == bank.balance()
    assert all_agree(cast)
    assert kinds(cast) == [("payout", "arrived")]  # posted; the bank's line is still to come
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "payout.put_down")).one()
    assert (event.subject, event.reason) == (by_hand.id, "The first payout after the hearing")
    assert put_down(frida, by_hand, drive.fund_id).status_code == 422  # once is enough
    stands(drive)


def test_a_payout_by_hand_that_the_bank_sends_back_is_at_stripe_again(
    session: Session, drive: Drive, by_hand: Payout, bank: Bank, frida: FlaskClient, cast: Cast
) -> None:
    put_down(frida, by_hand, drive.fund_id)
    session.commit()
    bank.stripe.control(f"payouts/{by_hand.id}/bounce")
    bank.deliver()
    assert by_hand.state == "came_back"
    assert ledger.balance(drive.fund_id, [ledger.STRIPE], "USD").minor == bank.balance()
    assert ledger.balance(drive.fund_id, [ledger.BANK], "USD").minor == 0
    assert all_agree(cast)
    assert kinds(cast) == []


def test_a_payout_by_hand_that_is_called_back_at_stripe_is_no_difference(
    session: Session, drive: Drive, paid: Paid, bank: Bank, cast: Cast
) -> None:
    paid("50")
    bank.stripe.box.advance(by_days=3)
    made = bank.post("payouts", amount=4000, currency="usd")
    bank.deliver()
    session.commit()
    movements_at_stripe.bring_in(LONG_AGO)
    assert kinds(cast) == [("payout", "on_its_way")]
    bank.post(f"payouts/{made['id']}/cancel")
    bank.deliver()
    assert session.get_one(Payout, made["id"]).state == "came_back"
    assert kinds(cast) == []
    assert ledger.balance(drive.fund_id, [ledger.STRIPE], "USD").minor == bank.balance()


def test_more_than_a_fund_has_at_stripe_is_not_its_payout(
    session: Session, drive: Drive, by_hand: Payout, frida: FlaskClient, cast: Cast
) -> None:
    fund = session.get_one(Fund, drive.fund_id)
    other = Fund(
        organisation_id=cast.refugio.id, name="Bond", purpose="Bond", surplus_clause="Back", currency="USD"
    )
    other.campaign_id = fund.campaign_id
    session.add(other)
    session.commit()
    answer = put_down(frida, by_hand, other.id)
    assert answer.status_code == 422
    assert "Only $0 is at Stripe there" in answer.text
    session.expire_all()
    assert by_hand.posted_at is None


def test_another_organisation_cannot_put_down_ours(
    session: Session, drive: Drive, by_hand: Payout, cast: Cast, sign_in: Callable[..., FlaskClient]
) -> None:
    """On the common account a payout that nobody has put down is everybody's business: but only of money there."""
    assert put_down(sign_in(cast.charlie), by_hand, drive.fund_id).status_code == 422
    assert put_down(sign_in(cast.charlie), by_hand, "all").status_code == 422
    assert put_down(sign_in(cast.carla), by_hand, drive.fund_id).status_code == 403


def test_a_payout_of_the_organisations_own_account_is_its_own(
    session: Session,
    drive: Drive,
    led: None,
    give: Callable[..., Gift],
    stripe: Stripe,
    bank: Bank,
    cast: Cast,
    sign_in: Callable[..., FlaskClient],
) -> None:
    stripe.control("accounts", id=OWN)
    sign_in(cast.alice).post("/staff/organisation/stripe", data={"account": OWN})
    gift = give("50")
    stripe.pay(gift)
    stripe.box.advance(by_days=3)
    stripe.control("payouts", currency="usd", account=OWN)
    stripe.box.advance(by_days=3)
    for event in _events_of(stripe, OWN):
        assert stripe.deliver(event).status_code == 200
    session.expire_all()
    payout = session.scalars(select(Payout)).one()
    assert (payout.account, payout.state, payout.organisation_id) == (OWN, "arrived", cast.refugio.id)
    assert payout.posted_at is not None
    assert all_agree(cast)
    assert ledger.balance(drive.fund_id, [ledger.BANK], "USD") == payout.amount
    assert comparing.differences(cast.llano.id) == []
    session.commit()
    found = movements_at_stripe.reconcile(LONG_AGO)
    assert (found.missed, found.unmatched, found.payouts) == (0, 0, 1)
    assert all_agree(cast)
    assert stripe.new_events() == []  # nothing happened on the installation's own account


def _events_of(stripe: Stripe, account: str) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{stripe.box.url}/v1/events",
        params={"limit": 100},
        auth=(stripe.box.key, ""),
        headers={"Stripe-Account": account},
        timeout=10,
    )
    return [event | {"account": account} for event in reversed(answer.json()["data"])]


def test_software_sees_the_columns_imports_matches_and_explains(
    session: Session, drive: Drive, by_hand: Payout, client: FlaskClient, cast: Cast
) -> None:
    ours = software(session, client, cast.alice)
    theirs = software(session, client, cast.charlie)
    seen = ours.get("/reconciliation", currency="USD").json
    assert [row["name"] for row in seen["columns"]] == [
        *("balance_before_payouts", "paid_out", "at_stripe_now", "arrived")
    ]
    (listed,) = seen["differences"]
    assert (listed["subject"], listed["kind"], listed["in_ledger"]) == (by_hand.id, "payout", None)
    at = f"/reconciliation/{by_hand.id}/explanations"
    said = {"reason": "Paid out after the hearing", "fund_id": drive.fund_id}
    assert theirs.post(at, said).status_code == 422
    assert ours.post(at, said | {"reason": ""}).json["errors"]["reason"]
    assert ours.post(at, said).status_code == 204
    file = f"date,amount,text\n{by_hand.arrives_on.replace(year=2020)},40.00,Stripe\n{by_hand.arrives_on},-3,Fee\n"
    assert ours.post("/bank-files", {"csv": "a,b\n1,2\n"}).status_code == 422
    assert ours.post("/bank-files", {"csv": file}).json == {"lines": 2, "new": 2, "matched": 0}
    assert ours.post("/bank-files", {"csv": file}).json == {"lines": 2, "new": 0, "matched": 0}
    lines = {row["amount"]["minor"]: row for row in ours.get("/bank-lines").json["items"]}
    assert set(lines) == {4000, -300}
    match = f"/bank-lines/{lines[4000]['id']}/matches"
    assert ours.post(f"/bank-lines/{lines[-300]['id']}/matches", {"payout_id": by_hand.id}).status_code == 422
    assert theirs.post(match, {"payout_id": by_hand.id}).status_code == 404
    assert ours.post(match, {"payout_id": "po_nobody"}).status_code == 422
    assert ours.post(match, {"payout_id": by_hand.id}).json["payout_id"] == by_hand.id
    assert ours.post(match, {"payout_id": by_hand.id}).json["code"] == "matched"
    fee = f"/reconciliation/{lines[-300]['id']}/explanations"
    assert ours.post(fee, {"reason": "The bank's fee"}).status_code == 204
    assert ours.post(fee, {"reason": "The bank's fee"}).status_code == 404
    assert ours.get("/reconciliation").json["differences"] == []
    assert all(row["agrees"] for row in ours.get("/reconciliation").json["columns"])
    assert theirs.get("/bank-lines").json["items"] == []
    few = software(session, client, cast.alice, "campaigns.view")
    assert few.get("/reconciliation").status_code == 403
    assert few.post("/bank-files", {"csv": file}).status_code == 403


def test_a_payout_that_arrives_after_the_banks_file_is_matched_by_the_daily_comparison(
    session: Session, drive: Drive, by_hand: Payout, frida: FlaskClient, cast: Cast
) -> None:
    session.add(
        BankLine(
            organisation_id=cast.refugio.id, external_id="early", on_day=by_hand.arrives_on, amount_minor=4000,
            currency="USD", text="STRIPE",
        )
    )  # fmt: skip
    session.commit()
    put_down(frida, by_hand, drive.fund_id)
    session.commit()
    jobs.compare_with_stripe.run()
    session.expire_all()
    assert session.scalars(select(BankLine.payout_id)).one() == by_hand.id
    assert kinds(cast) == []
