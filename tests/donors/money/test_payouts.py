"""Stripe's movements and payouts beside the ledger and the bank; an outage in which every webhook was lost."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock
from core.mail import OutgoingMail
from donors import jobs
from donors.figures import checking, tally
from donors.payments import movements_at_stripe
from donors.payouts import comparing
from donors.payouts.bank_line import BankLine
from donors.payouts.comparison import Comparison
from donors.payouts.movement import Movement
from donors.payouts.payout import TRANSITIONS, Payout
from tests.conftest import Cast
from tests.donors.money.conftest import Bank, Paid, at_stripe, stands

LONG_AGO = clock.from_epoch(1_600_000_000)


def kinds(organisation_id: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in comparing.differences(organisation_id)]


def balance(drive: Drive, account: str) -> int:
    return ledger.balance(drive.fund_id, [account], "USD").minor


def test_an_outage_in_which_every_webhook_was_lost_is_repaired(
    app: Flask, session: Session, drive: Drive, give: Any, paid: Paid, bank: Bank, cast: Cast
) -> None:
    before = paid("50")
    lost = [
        give("10"),
        give("20", email="ben@example.org"),
        give("15", rhythm="month", email="eva@example.org"),
    ]
    for gift in lost:
        bank.stripe.pay(gift)
    bank.post("refunds", payment_intent=before.payment_intent_id, amount=1000)
    found = bank.get("checkout/sessions/" + str(lost[0].checkout_session_id))["payment_intent"]
    charge = bank.get("charges", payment_intent=found)["data"][0]["id"]
    bank.stripe.control(f"charges/{charge}/dispute")
    session.commit()

    answer = app.test_cli_runner().invoke(args=["stripe", "reconcile", "--since", "2020-01-01"])
    assert answer.exit_code == 0, answer.output
    session.expire_all()
    assert [gift.state for gift in (before, *lost)] == ["partly_refunded", "settled", "settled", "settled"]
    assert stands(drive) == (4000 + 1000 + 2000 + 1500, 4, 3)
    assert at_stripe(drive).minor == bank.balance()
    assert comparing.differences(cast.refugio.id) == []

    again = movements_at_stripe.reconcile(LONG_AGO)
    assert (again.missed, again.unmatched) == (0, 0)
    assert at_stripe(drive).minor == bank.balance()


def test_a_moment_that_is_none_is_refused(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["stripe", "reconcile", "--since", "tuesday"])
    assert answer.exit_code == 2


def test_movements_alone_repair_what_no_event_tells(
    session: Session, drive: Drive, give: Any, led: None, bank: Bank
) -> None:
    gift = give("10")
    bank.stripe.pay(gift)
    movements_at_stripe.bring_in(LONG_AGO)
    session.expire_all()
    assert (gift.state, at_stripe(drive).minor) == ("settled", bank.balance())


@pytest.fixture
def paid_out(session: Session, paid: Paid, bank: Bank) -> Payout:
    """Two gifts of which one was partly refunded, paid out and arrived."""
    first = paid("50")
    paid("30", email="ben@example.org")
    bank.post("refunds", payment_intent=first.payment_intent_id, amount=1000)
    bank.stripe.box.advance(by_days=3)
    bank.stripe.control("payouts", currency="usd")
    bank.deliver()
    bank.stripe.box.advance(by_days=3)
    bank.deliver()
    return session.scalars(select(Payout)).one()


def test_a_payout_is_matched_to_its_movements_and_posted(
    session: Session, drive: Drive, paid_out: Payout, bank: Bank, cast: Cast
) -> None:
    assert paid_out.state == "arrived"
    carried = select(func.count()).select_from(Movement).where(Movement.payout_id == paid_out.id)
    assert session.scalar(carried) == 4  # two charges, a refund, and the payout's own
    assert balance(drive, ledger.STRIPE) == bank.balance() == 0
    assert (balance(drive, ledger.TRANSIT), balance(drive, ledger.BANK)) == (0, paid_out.amount_minor)
    assert kinds(cast.refugio.id) == [("payout", "arrived")]  # no line of the bank yet
    stands(drive)


def test_a_payout_that_the_bank_sends_back_is_at_stripe_again(
    drive: Drive, paid_out: Payout, bank: Bank
) -> None:
    bank.stripe.control(f"payouts/{paid_out.id}/bounce")
    bank.deliver()
    assert paid_out.state == "came_back"
    assert (balance(drive, ledger.STRIPE), balance(drive, ledger.BANK)) == (paid_out.amount_minor, 0)
    stands(drive)


def test_the_bank_file_is_the_third_column(
    session: Session, paid_out: Payout, frida: FlaskClient, cast: Cast
) -> None:
    csv = (
        "date,amount,text\n"
        f"{paid_out.arrives_on},{paid_out.amount.major},STRIPE {paid_out.id}\n"
        f"{paid_out.arrives_on},-12.50,Account fee\n"
    )

    def send(text: str) -> Any:
        return frida.post(
            "/staff/reconciliation/bank-files", data={"file": (io.BytesIO(text.encode()), "bank.csv")}
        )

    for _again in range(2):
        assert send(csv).status_code == 303
    lines = session.scalars(select(BankLine).order_by(BankLine.amount_minor)).all()
    assert [(line.amount_minor, line.payout_id) for line in lines] == [
        (-1250, None),
        (paid_out.amount_minor, paid_out.id),
    ]
    assert kinds(cast.refugio.id) == [("bank", "Account fee")]
    said = {"reason": "The bank's monthly fee"}
    assert frida.post(f"/staff/reconciliation/explanations/{lines[0].id}", data=said).status_code == 303
    assert "Everything matches" in frida.get("/staff/reconciliation").text
    for wrong, why in (
        ("", "Choose the bank"),
        ("a,b\n1,2\n", "must name"),
        ("date,amount\n2025-13-01,5\n", "Line 2, date"),
        ("$\r\x19\x13", "must name"),
        (f"date,amount\n{'9' * 200_000},5\n", "Line 2 is not CSV"),
    ):
        answer = send(wrong)
        assert answer.status_code == 422
        assert why in answer.text


def test_money_at_stripe_that_nobody_knows_is_listed_until_it_is_put_somewhere(
    session: Session, drive: Drive, paid: Paid, bank: Bank, frida: FlaskClient, cast: Cast
) -> None:
    paid("50")
    session.add(
        Movement(
            id="txn_radar", kind="stripe_fee", amount_minor=-500, fee_minor=0, net_minor=-500, currency="USD",
            source="", created_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()
    movements_at_stripe.bring_in(LONG_AGO)
    assert kinds(cast.refugio.id) == [("unknown", "stripe_fee")]
    page = "/staff/reconciliation/explanations/txn_radar"
    assert frida.post(page, data={"reason": ""}).status_code == 422
    assert frida.post(page, data={"reason": "Screening", "fund_id": "fund_of_others"}).status_code == 422
    assert frida.post(page, data={"reason": "Screening", "fund_id": drive.fund_id}).status_code == 303
    assert kinds(cast.refugio.id) == []
    assert at_stripe(drive).minor == bank.balance() - 500
    stands(drive)
    assert frida.post(page, data={"reason": "Again"}).status_code == 404


def test_the_comparison_raises_an_alarm_and_so_does_one_that_has_not_run(
    session: Session, paid: Paid, frida: FlaskClient, cast: Cast
) -> None:
    paid("50")
    session.commit()
    jobs.compare_with_stripe.run()
    assert session.get_one(Comparison, cast.refugio.id).differences == 0
    assert "not match" not in frida.get("/staff/").text
    session.scalars(select(Movement)).one().net_minor -= 1
    session.commit()
    jobs.compare_with_stripe.run()
    assert "One thing does not match between Stripe, ledger and bank" in frida.get("/staff/").text
    session.get_one(Comparison, cast.refugio.id).compared_at = LONG_AGO
    session.commit()
    assert "has not run for a day" in frida.get("/staff/").text


def test_owners_and_finance_are_mailed_once_until_all_agrees_again(
    session: Session, paid: Paid, cast: Cast
) -> None:
    paid("50")
    session.commit()

    def told() -> list[str]:
        jobs.compare_with_stripe.run()
        query = select(OutgoingMail.to).where(OutgoingMail.subject.like("Stripe and the ledger%"))
        return sorted(session.scalars(query))

    assert told() == []
    movement = session.scalars(select(Movement)).one()
    movement.net_minor -= 1
    session.commit()
    assert told() == told() == ["alice@example.org", "frida@example.org"]
    for wrong in (1, -1):
        session.get_one(Movement, movement.id).net_minor += wrong
        session.commit()
        found = told()
    assert found == ["alice@example.org", "alice@example.org", "frida@example.org", "frida@example.org"]


def test_public_totals_are_computed_anew_once_a_day(
    session: Session, drive: Drive, paid: Paid, cast: Cast, sign_in: Any
) -> None:
    paid("50")
    session.commit()

    def told() -> list[str]:
        jobs.check_figures.run()
        query = select(OutgoingMail.text).where(OutgoingMail.subject == "Public figures do not add up")
        return list(session.scalars(query.where(OutgoingMail.to == "alice@example.org")))

    assert told() == []
    session.get_one(tally.DriveTotal, drive.id).donors += 1
    session.commit()
    assert told() == []  # looked at today already
    checked = checking.last_check()
    assert checked is not None
    checked.checked_at -= checking.EVERY
    session.commit()
    (mail,) = told()
    assert f"{drive.id}: kept gifts, donors, new monthly (1, 2, 0), gifts say (1, 1, 0)" in mail
    assert "One public figure is not what the ledger" in sign_in(cast.alice).get("/staff/").text
    assert "public figure" not in sign_in(cast.frida).get("/staff/").text


def test_a_wrong_posting_is_found(session: Session, drive: Drive, paid: Paid, cast: Cast) -> None:
    gift = paid("50")
    movements_at_stripe.bring_in(LONG_AGO)
    assert kinds(cast.refugio.id) == []
    session.get_one(Movement, session.scalars(select(Movement.id)).one()).net_minor -= 1
    session.flush()
    (found,) = comparing.differences(cast.refugio.id)
    assert (found.subject, found.kind) == (gift.id, "ledger")


def test_another_organisation_sees_none_of_it(paid_out: Payout, cast: Cast, sign_in: Any) -> None:
    stranger = sign_in(cast.charlie)
    assert paid_out.id not in stranger.get("/staff/reconciliation").text
    said = {"reason": "None of my business"}
    assert stranger.post(f"/staff/reconciliation/explanations/{paid_out.id}", data=said).status_code == 404
    assert sign_in(cast.vera).get("/staff/reconciliation").status_code == 404


@pytest.mark.pure
def test_a_payout_moves_only_as_its_table_says() -> None:
    for before, after in ((b, a) for b in TRANSITIONS for a in TRANSITIONS if a != b):
        payout = Payout(id="po_1", state=before)
        try:
            payout.move(after)
        except Exception:
            assert after not in TRANSITIONS[before]
        else:
            assert after in TRANSITIONS[before]
