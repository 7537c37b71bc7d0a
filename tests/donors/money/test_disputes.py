"""A donor's bank wants a payment back: what moves, what is shown, what is lost and restored."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations, product

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock
from core.db import db, transaction
from core.errors import Conflict
from core.money import Money
from donors import jobs, stripe_gateway
from donors.disputes import following
from donors.disputes.dispute import TRANSITIONS, Dispute, DisputeAnswer
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.payments import at_stripe as journeys
from donors.payments.stripe_event import StripeEvent
from donors.receipts.receipt import Receipt
from donors.recurring import standing
from donors.stripe_gateway import Withdrawal
from donors.webhooks_out.endpoint import WebhookEndpoint, WebhookMessage, new_secret
from staff.audit import AuditEvent
from tests.conftest import Cast
from tests.donors.money.conftest import Bank, Paid, at_stripe, stands
from tests.inbox import Inbox

FEE = 1500  # what the sandbox's bank takes for a dispute


@pytest.mark.pure
@pytest.mark.parametrize(("before", "after"), list(product(TRANSITIONS, repeat=2)))
def test_a_dispute_moves_only_as_its_table_says(before: str, after: str) -> None:
    dispute = Dispute(id="dispute_1", state=before)
    if after == before or after in TRANSITIONS[before]:
        dispute.move(after)
        assert dispute.state == after
    else:
        with pytest.raises(Conflict):
            dispute.move(after)
        assert dispute.state == before


def balance(drive: Drive, account: str) -> int:
    return ledger.balance(drive.fund_id, [account], "USD").minor


def test_an_open_dispute_takes_money_from_stripe_and_nothing_from_what_was_raised(
    session: Session, drive: Drive, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    gift = paid("50")
    bank.dispute(gift)
    assert gift.state == "settled"
    assert stands(drive) == (5000, 1, 1)
    assert (balance(drive, ledger.DISPUTED), balance(drive, ledger.DISPUTE_FEES)) == (5000, FEE)
    assert at_stripe(drive).minor == bank.balance()
    home, page = frida.get("/staff/").text, frida.get(f"/staff/gifts/{gift.id}").text
    assert "bank disputes $50: answer by" in home
    assert "bank disputes $50" in page
    assert "Disputed" in frida.get("/staff/gifts").text


def test_a_lost_dispute_is_a_reversal(session: Session, drive: Drive, paid: Paid, bank: Bank) -> None:
    gift = paid("50")
    bank.decide(bank.dispute(gift), won=False)
    assert (gift.state, gift.refunded.minor) == ("refunded", 5000)
    assert stands(drive) == (0, 0, 0)
    assert (balance(drive, ledger.DISPUTED), balance(drive, ledger.DISPUTE_FEES)) == (0, FEE)
    assert at_stripe(drive).minor == bank.balance()
    receipt = session.scalars(select(Receipt)).one()
    assert (receipt.returned_minor, receipt.amended_at is not None) == (5000, True)


def test_a_dispute_that_is_won_restores_everything(drive: Drive, paid: Paid, bank: Bank) -> None:
    gift = paid("50")
    bank.decide(bank.dispute(gift), won=True)
    assert gift.state == "settled"
    assert stands(drive) == (5000, 1, 1)
    assert (balance(drive, ledger.DISPUTED), balance(drive, ledger.DISPUTE_FEES)) == (0, 0)
    assert at_stripe(drive).minor == bank.balance()


def test_a_part_can_be_disputed_and_lost(drive: Drive, paid: Paid, bank: Bank) -> None:
    gift = paid("50")
    bank.decide(bank.dispute(gift, amount=2000), won=False)
    assert (gift.state, gift.refunded.minor) == ("partly_refunded", 2000)
    assert stands(drive) == (3000, 1, 1)
    assert at_stripe(drive).minor == bank.balance()


def test_a_bank_may_take_more_than_what_is_left(drive: Drive, paid: Paid, bank: Bank) -> None:
    gift = paid("50")
    bank.post("refunds", payment_intent=gift.payment_intent_id, amount=3000)
    bank.decide(bank.dispute(gift, amount=5000), won=False)
    assert gift.state == "refunded"
    assert stands(drive) == (0, 0, 0)
    assert balance(drive, ledger.DISPUTE_LOSSES) == 3000
    assert at_stripe(drive).minor == bank.balance()


def test_a_refund_made_before_a_loss_is_right_also_when_it_is_told_after(
    drive: Drive, paid: Paid, bank: Bank
) -> None:
    gift = paid("50")
    bank.post("refunds", payment_intent=gift.payment_intent_id, amount=3000)
    bank.decide(bank.dispute(gift, amount=5000, deliver=False), won=False, deliver=False)
    refunds, disputes = [], []
    for each in bank.stripe.new_events():
        (disputes if "dispute" in each["type"] else refunds).append(each)
    for each in (*disputes, *refunds, *disputes):
        assert bank.stripe.deliver(each).status_code == 200
    bank.deliver()
    assert gift.state == "refunded"
    assert stands(drive) == (0, 0, 0)
    assert balance(drive, ledger.DISPUTE_LOSSES) == 3000
    assert at_stripe(drive).minor == bank.balance()
    assert db.session.scalars(select(StripeEvent.type).where(StripeEvent.done_at.is_(None))).all() == []


@pytest.mark.parametrize("refund_is_last", [True, False])
def test_each_refund_and_each_loss_is_told_to_software_once(
    session: Session, paid: Paid, bank: Bank, cast: Cast, refund_is_last: bool
) -> None:
    session.add(
        WebhookEndpoint(
            organisation_id=cast.refugio.id,
            url="http://127.0.0.1:9/",
            kinds=["gift.refunded"],
            secret=new_secret(),
        )
    )
    session.commit()
    gift = paid("50")
    bank.post("refunds", payment_intent=gift.payment_intent_id, amount=3000)
    bank.decide(bank.dispute(gift, amount=5000, deliver=False), won=False, deliver=False)
    events = bank.stripe.new_events()
    events.sort(key=lambda each: ("dispute" not in each["type"]) == refund_is_last)
    for each in (*events, *events):
        assert bank.stripe.deliver(each).status_code == 200
    told = [each.payload["data"] for each in db.session.scalars(select(WebhookMessage))]
    assert len({each["refund_id"] for each in told}) == len(told) == 2
    assert max(each["refunded_minor"] for each in told) == gift.charged.minor
    amounts = sorted(each["amount_minor"] for each in told)
    assert amounts == ([3000, 5000] if refund_is_last else [2000, 3000])


def told(session: Session, cast: Cast) -> Callable[[], list[tuple[str, int, int]]]:
    """Listens for what goes back and returns; kind, amount and what is gone in all, in the order of telling."""
    kinds = ["gift.refunded", "gift.refund_returned"]
    hook = WebhookEndpoint(
        organisation_id=cast.refugio.id, url="http://127.0.0.1:9/", kinds=kinds, secret=new_secret()
    )
    session.add(hook)
    session.commit()

    def read() -> list[tuple[str, int, int]]:
        rows = session.scalars(select(WebhookMessage).order_by(WebhookMessage.created_at, WebhookMessage.id))
        return [
            (each.kind, each.payload["data"]["amount_minor"], each.payload["data"]["refunded_minor"])
            for each in rows
        ]

    return read


def test_a_refund_that_comes_back_is_told_once_under_its_id(
    session: Session, led: None, give: Callable[..., Gift], bank: Bank, cast: Cast
) -> None:
    heard = told(session, cast)
    gift = give("50")
    bank.stripe.pay(gift, card="4000000000005126")
    bank.deliver()
    bank.post("refunds", payment_intent=gift.payment_intent_id, amount=2000)
    bank.deliver()
    bank.stripe.box.advance(by_days=10)
    events = bank.stripe.new_events()
    for event in (*events, *reversed(events)):
        assert bank.stripe.deliver(event).status_code == 200
    assert heard() == [("gift.refunded", 2000, 2000), ("gift.refund_returned", 2000, 0)]
    rows = session.scalars(select(WebhookMessage)).all()
    assert len({each.payload["data"]["refund_id"] for each in rows}) == 1
    assert set(rows[-1].payload["data"]) == {
        *("gift_id", "drive_id", "refund_id", "amount_minor", "currency", "refunded_minor")
    }


def test_a_bank_that_decides_anew_is_told_as_a_return_and_a_new_loss_as_a_loss(
    session: Session, paid: Paid, bank: Bank, cast: Cast
) -> None:
    heard = told(session, cast)
    gift = paid("50")
    dispute = bank.dispute(gift)
    bank.decide(dispute, won=False)
    seen = stripe_gateway.read_dispute(dispute)
    for number, (state, minor) in enumerate((("won", 5000), ("lost", -5000))):
        moved = Withdrawal(f"txn_anew_{number}", Money(minor, "USD"), Money(0, "USD"), clock.now())
        seen = replace(seen, state=state, withdrawals=(*seen.withdrawals, moved))
        for _time in range(2):
            session.commit()
            with transaction():
                locked = settling.lock_gift(gift.id)
                assert locked is not None
                following.apply_dispute(locked, seen)
    assert [kind for kind, _amount, _gone in heard()] == [
        *("gift.refunded", "gift.refund_returned", "gift.refunded")
    ]
    assert [gone for _kind, _amount, gone in heard()] == [5000, 0, 5000]


def test_a_dispute_waits_for_its_payment_as_long_as_stripe_delivers(
    session: Session, led: None, give: Callable[..., Gift], drive: Drive, bank: Bank
) -> None:
    gift = give("50")
    bank.stripe.pay(gift)
    payment = bank.stripe.new_events()
    charge = bank.get("charges")["data"][0]["id"]
    bank.stripe.control(f"charges/{charge}/dispute")
    session.commit()
    for each in bank.stripe.new_events():
        bank.stripe.deliver(each)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _time in range(10):
            traveller.shift(timedelta(hours=5))
            session.rollback()
            jobs.sweep.run()
        session.rollback()
        for each in payment:
            bank.stripe.deliver(each)
        traveller.shift(timedelta(hours=5))
        session.rollback()
        jobs.sweep.run()
    session.expire_all()
    assert session.scalars(select(Dispute.state)).all() == ["open"]
    assert at_stripe(drive).minor == bank.balance()
    assert session.scalars(select(StripeEvent.type).where(StripeEvent.done_at.is_(None))).all() == []


def test_an_inquiry_moves_no_money_and_can_come_to_nothing(drive: Drive, paid: Paid, bank: Bank) -> None:
    gift = paid("50")
    asked = bank.dispute(gift, reason="warning_needs_response")
    assert at_stripe(drive).minor == bank.balance()
    bank.decide(asked, won=False)
    assert stands(drive) == (5000, 1, 1)
    assert gift.state == "settled"


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
def test_any_order_and_repetition_of_events_ends_the_same(
    session: Session, drive: Drive, paid: Paid, bank: Bank, order: tuple[int, ...]
) -> None:
    gift = paid("50")
    found = bank.dispute(gift, deliver=False)
    bank.decide(found, won=False, deliver=False)
    events = [each for each in bank.stripe.new_events() if each["type"].startswith("charge.dispute.")]
    assert len(events) == 3
    for number in (*order, *order):
        assert bank.stripe.deliver(events[number]).status_code == 200
    session.expire_all()
    assert (gift.state, session.scalar(select(func.count()).select_from(Refund))) == ("refunded", 1)
    assert stands(drive) == (0, 0, 0)
    assert at_stripe(drive).minor == bank.balance()


def test_evidence_goes_to_the_bank_once_and_wins(
    session: Session, drive: Drive, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    gift = paid("50")
    found = bank.dispute(gift)
    row = session.scalars(select(Dispute)).one()
    said = {"statement": "She gave at our gala and wrote a card."}
    assert frida.post(f"/staff/disputes/{row.id}/answers", data=said).status_code == 303
    bank.deliver()
    assert row.state == "answered"
    evidence = bank.get(f"disputes/{found}")["evidence"]
    assert evidence["customer_email_address"] == "ana@example.org"
    assert evidence["customer_purchase_ip"] == "127.0.0.1"
    assert evidence["uncategorized_text"].startswith("She gave at our gala")
    assert "/my/" not in evidence["uncategorized_text"]  # links open things
    frida.post(f"/staff/disputes/{row.id}/answers", data=said)
    assert session.scalar(select(func.count()).select_from(DisputeAnswer)) == 1
    bank.decide(found, won=True)
    assert row.state == "won"
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == row.id)).all()
    assert verbs == ["dispute.answered"]


def test_an_answer_waits_until_stripe_answers(
    session: Session, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    bank.dispute(paid("50"))
    row = session.scalars(select(Dispute)).one()
    session.commit()
    bank.stripe.order_fault("error", path="/v1/disputes", times=3)
    frida.post(f"/staff/disputes/{row.id}/answers", data={"statement": "It was a real gift."})
    session.expire_all()
    waiting = session.scalars(select(DisputeAnswer)).one()
    assert waiting.done_at is None
    assert "It is on its way." in frida.get(f"/staff/disputes/{row.id}").text
    journeys.disputes_at_stripe.send_answer(waiting.id)
    session.expire_all()
    assert (waiting.done_at is not None, row.state) == (True, "answered")


def test_a_dispute_can_be_accepted(
    session: Session, drive: Drive, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    gift = paid("50")
    bank.dispute(gift)
    row = session.scalars(select(Dispute)).one()
    assert frida.post(f"/staff/disputes/{row.id}/acceptances").status_code == 303
    session.expire_all()
    assert (row.state, gift.state) == ("lost", "refunded")
    page = frida.get(f"/staff/disputes/{row.id}").text
    assert "Answer with evidence" not in page


def test_the_evidence_is_a_file_with_the_receipt(
    session: Session, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    bank.dispute(paid("50"))
    row = session.scalars(select(Dispute)).one()
    answer = frida.get(f"/staff/disputes/{row.id}/evidence.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert set(archive.namelist()) == {"payment.txt", "mails.txt", "receipt.pdf"}
    assert archive.read("receipt.pdf").startswith(b"%PDF")
    payment, mails = archive.read("payment.txt").decode(), archive.read("mails.txt").decode()
    assert "Network address of the visit: 127.0.0.1" in payment
    assert "Your receipt" in mails
    assert "http" not in mails


def test_a_disputed_gift_is_not_refunded_from_here(
    session: Session, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    gift = paid("50")
    bank.dispute(gift)
    frida.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "50", "reason": "Asked"})
    assert session.scalar(select(func.count()).select_from(Refund)) == 0
    assert "Answer the dispute instead" in frida.get(f"/staff/gifts/{gift.id}").text


def test_a_warning_of_fraud_is_refunded_in_one_click(
    session: Session, drive: Drive, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    gift = paid("50")
    warning = bank.warn(gift)
    assert "A bank warns of one gift" in frida.get("/staff/").text
    assert "The card was stolen" in frida.get("/staff/disputes").text
    assert frida.post(f"/staff/warnings/{warning}/refunds").status_code == 303
    bank.deliver()
    assert gift.state == "refunded"
    assert stands(drive) == (0, 0, 0)
    assert "A bank warns of one gift" not in frida.get("/staff/").text


def test_another_organisations_dispute_is_not_there(
    session: Session, paid: Paid, bank: Bank, cast, sign_in
) -> None:  # noqa: ANN001
    bank.dispute(paid("50"))
    row = session.scalars(select(Dispute)).one()
    stranger = sign_in(cast.charlie)
    for path in (f"disputes/{row.id}", f"disputes/{row.id}/evidence.zip"):
        assert stranger.get(f"/staff/{path}").status_code == 404
    assert stranger.post(f"/staff/disputes/{row.id}/acceptances").status_code == 404
    assert "Ana" not in stranger.get("/staff/disputes").text


def test_a_recurring_gift_is_held_until_the_bank_or_staff_lets_it_go(
    session: Session, paid: Paid, bank: Bank, frida: FlaskClient
) -> None:
    won, lost = paid("15", rhythm="month"), paid("25", rhythm="month", email="ben@example.org")
    for gift, is_won in ((won, True), (lost, False)):
        found = bank.dispute(gift)
        dispute = session.scalars(select(Dispute).where(Dispute.gift_id == gift.id)).one()
        assert standing.is_held(str(gift.recurring_gift_id))
        assert (
            "No instalment is taken while the bank decides" in frida.get(f"/staff/disputes/{dispute.id}").text
        )
        bank.decide(found, won=is_won)
        assert standing.is_held(str(gift.recurring_gift_id)) is not is_won
    frida.post(f"/staff/disputes/{dispute.id}/releases")
    session.expire_all()
    assert not standing.is_held(str(lost.recurring_gift_id))


def test_two_disputes_hold_a_recurring_gift_once_and_both_must_end(
    session: Session, paid: Paid, bank: Bank, inbox: Inbox
) -> None:
    gift = paid("40", rhythm="month")
    first, second = bank.dispute(gift, amount=1000), bank.dispute(gift, amount=2000)
    subjects = [each["Subject"] for each in inbox.mails]
    assert subjects.count("Your recurring gift is on hold") == 1
    bank.decide(first, won=True)
    assert standing.is_held(str(gift.recurring_gift_id))
    bank.decide(second, won=True)
    assert not standing.is_held(str(gift.recurring_gift_id))


def test_a_refund_is_told_with_the_receipt_and_what_it_counts(
    paid: Paid, bank: Bank, frida: FlaskClient, inbox: Inbox
) -> None:
    gift = paid("50")
    for _time in range(2):
        frida.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "10", "reason": "Asked"})
        bank.deliver()
    told = [each for each in inbox.mails if "went back to you" in each["Subject"]]
    bodies = [each.get_body(("plain",)).get_content() for each in told]  # pyright: ignore[reportOptionalMemberAccess]
    assert [
        body.count(f"-000001 counts ${left} now") for body, left in zip(bodies, (40, 30), strict=True)
    ] == [1, 1]


def test_a_refund_that_the_card_does_not_take_comes_back(
    session: Session,
    drive: Drive,
    give,
    bank: Bank,
    frida: FlaskClient,
    led: None,  # noqa: ANN001
) -> None:
    gift = give("50")
    bank.stripe.pay(gift, card="4000000000005126")
    bank.deliver()
    frida.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "50", "reason": "Asked"})
    session.expire_all()
    assert stands(drive) == (0, 0, 0)
    bank.stripe.box.advance(by_days=10)
    bank.deliver()
    row = session.scalars(select(Refund)).one()
    assert (row.state, gift.state, gift.refunded.minor) == ("came_back", "settled", 0)
    assert stands(drive) == (5000, 1, 1)
    assert at_stripe(drive).minor == bank.balance()
    assert "A refund of $50 came back" in frida.get("/staff/").text
