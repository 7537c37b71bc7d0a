"""Somebody refunds a gift at Stripe's dashboard while its drive is closed out, before or after: the share is settled
by it, nobody has it twice, and donors, staff and the public are told what happened."""

from datetime import timedelta
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core.db import transaction
from core.mail import OutgoingMail
from core.money import Money
from donors.close_outs import confirming, giving_back
from donors.close_outs.close_out import DONE, WORKING, CloseOut, CloseOutShare
from donors.close_outs.plan import plan_of
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.jobs import sweep, sweep_close_outs, work_close_out
from donors.payments import at_stripe
from tests.conftest import Cast
from tests.donors.close_outs.conftest import Desk, Paid
from tests.donors.conftest import Stripe


@pytest.fixture
def confirmed(desk: Desk, session: Session, cast: Cast) -> Any:
    """A close-out that two people agreed to, whose worker was not nudged."""

    def make(gift: Gift) -> str:
        desk.close()
        found = desk.begin()
        assert gift.surplus_clause_id is not None
        desk.choose(found, gift.surplus_clause_id, way="refund")
        digest = plan_of(session.get_one(CloseOut, found.id)).digest
        session.commit()
        with transaction():
            confirming.perform(cast.actor("frida"), {"close_out_id": found.id, "digest": digest})
        session.commit()
        return found.id

    return make


def at_dashboard(stripe: Stripe, gift: Gift, minor: int) -> None:
    """Somebody refunds a gift there; its event is not delivered yet."""
    asked = {"payment_intent": gift.payment_intent_id, "amount": minor}
    answer = requests.post(f"{stripe.box.url}/v1/refunds", data=asked, auth=(stripe.box.key, ""), timeout=10)
    answer.raise_for_status()


def cash_of(drive: Drive) -> int:
    return ledger.balance(drive.fund_id, ledger.CASH, "USD").minor


def letters(session: Session, prefix: str = "close-out:") -> list[OutgoingMail]:
    query = select(OutgoingMail).where(OutgoingMail.key.startswith(prefix)).order_by(OutgoingMail.to)
    return list(session.scalars(query))


def work(session: Session, close_out_id: str) -> CloseOut:
    session.commit()
    work_close_out.run(close_out_id)
    session.expire_all()
    return session.get_one(CloseOut, close_out_id)


def decide(session: Session, close_out_id: str) -> None:
    """The worker's step, as if Stripe had told of nothing before it."""
    session.commit()
    with transaction():
        giving_back.decide_refunds(close_out_id, giving_back.list_undecided(close_out_id))
    session.commit()


def test_a_whole_refund_there_settles_the_share(
    paid: Paid,
    stripe: Stripe,
    session: Session,
    drive: Drive,
    confirmed: Any,
    client: FlaskClient,
    desk: Desk,
) -> None:
    """The share is all that is left of the gift: nothing is to be given any more."""
    gift, other = paid("50"), paid("50", email="bea@example.org")
    found = confirmed(gift)
    share = session.get_one(CloseOutShare, gift.id)
    at_dashboard(stripe, gift, share.amount_minor)
    row = work(session, found)
    session.refresh(share)
    assert (row.state, share.outcome, share.because) == (DONE, "back", "elsewhere")
    assert (share.elsewhere_minor, share.refund_id) == (share.amount_minor, None)
    session.refresh(gift)
    assert gift.refunded_minor == share.amount_minor
    assert cash_of(drive) == 0
    assert (row.returned_minor, row.returned_to, row.stayed_minor) == (2 * share.amount_minor, 2, 0)
    to_ana, to_bea = letters(session)
    assert "has gone back to you already" in to_ana.text
    assert "stays in the fund" not in to_ana.text
    assert "goes back to your card" in to_bea.text
    assert session.get_one(CloseOutShare, other.id).because == ""
    assert list(ledger.verify()) == []
    page = desk.frida.get(f"/staff/close-outs/{found}").text
    assert "of it went back by another way" in page
    assert "2 of 2" in page
    assert "to 2 donors" in client.get(f"/d/{drive.slug}").text


def test_a_part_there_lowers_what_is_given_here(
    paid: Paid, stripe: Stripe, session: Session, drive: Drive, confirmed: Any
) -> None:
    gift = paid("50")
    found = confirmed(gift)
    at_dashboard(stripe, gift, 1000)
    row = work(session, found)
    share = session.get_one(CloseOutShare, gift.id)
    assert (row.state, share.outcome, share.elsewhere_minor) == (DONE, "back", 1000)
    assert session.get_one(Refund, share.refund_id).amount_minor == share.amount_minor - 1000
    session.refresh(gift)
    assert gift.refunded_minor == share.amount_minor
    assert cash_of(drive) == 0
    (letter,) = letters(session)
    assert "$10 has gone back to you already. $38.25 goes back to your card." in letter.text


def test_too_little_is_left_to_be_given(
    paid: Paid, stripe: Stripe, session: Session, confirmed: Any, drive: Drive
) -> None:
    gift = paid("50")
    found = confirmed(gift)
    share = session.get_one(CloseOutShare, gift.id)
    at_dashboard(stripe, gift, share.amount_minor - 10)
    row = work(session, found)
    session.refresh(share)
    assert (share.outcome, share.because) == ("stays", "too_small")
    assert (row.returned_minor, row.returned_to, row.stayed_minor) == (share.amount_minor - 10, 1, 10)
    assert cash_of(drive) == 10
    (letter,) = letters(session)
    assert "has gone back to you already. $0.10 stays in the fund" in letter.text


@pytest.mark.parametrize("minor", [5000, 1000])
def test_stripe_refuses_because_it_went_back_a_moment_ago(
    paid: Paid, stripe: Stripe, session: Session, confirmed: Any, minor: int
) -> None:
    """Decided, then refunded there, then asked for. Of a part, the rest is given."""
    gift = paid("50")
    found = confirmed(gift)
    share = session.get_one(CloseOutShare, gift.id)
    decide(session, found)
    at_dashboard(stripe, gift, minor)
    refused = giving_back.list_to_send(found)[0]
    session.commit()
    at_stripe.send_refund(refused)
    row = work(session, found)
    session.refresh(share)
    session.refresh(gift)
    assert session.get_one(Refund, refused).state == "refused"
    assert (row.state, share.outcome, share.because) == (DONE, "back", "elsewhere")
    assert gift.refunded_minor == max(minor, share.amount_minor)


def test_refunded_there_while_stripe_had_not_answered_us(
    paid: Paid, stripe: Stripe, session: Session, confirmed: Any
) -> None:
    """Stripe was down for us; somebody helped themselves at the dashboard. Our asking is withdrawn."""
    gift = paid("50")
    found = confirmed(gift)
    share = session.get_one(CloseOutShare, gift.id)
    decide(session, found)
    refund = session.get_one(Refund, giving_back.list_to_send(found)[0])
    refund.asked_at -= timedelta(minutes=5)
    at_dashboard(stripe, gift, 1000)
    session.commit()
    sweep.run()  # leaves it to the close-out's own sweep, which looks first
    session.commit()
    sweep_close_outs.run()
    session.expire_all()
    assert refund.state == "refused"
    assert share.refund_id not in (None, refund.id)
    session.refresh(gift)
    assert gift.refunded_minor == share.amount_minor
    assert session.get_one(CloseOut, found).state == DONE


def test_a_lost_answer_is_no_second_refund(
    paid: Paid, stripe: Stripe, session: Session, confirmed: Any
) -> None:
    gift = paid("50")
    found = confirmed(gift)
    share = session.get_one(CloseOutShare, gift.id)
    decide(session, found)
    stripe.control("faults", kind="drop_after", path="/v1/refunds", method="POST", times=1)
    stripe.control("faults", kind="error", path="/v1/", times=10)
    assert work(session, found).state == WORKING
    stripe.forget_faults()
    refund = session.get_one(Refund, giving_back.list_to_send(found)[0])
    refund.asked_at -= timedelta(days=2)
    assert work(session, found).state == DONE
    session.refresh(gift)
    assert gift.refunded_minor == share.amount_minor
    assert session.get_one(CloseOutShare, gift.id).because == ""


def refused_and_ended(session: Session, found: str) -> None:
    """Stripe refused for good, for a reason of its own, and the close-out came to its end."""
    decide(session, found)
    for refund_id in giving_back.list_to_send(found):
        session.get_one(Refund, refund_id).failed_at = session.get_one(Refund, refund_id).asked_at
    assert work(session, found).state == DONE


def test_refunded_there_after_the_end(
    paid: Paid, stripe: Stripe, session: Session, drive: Drive, confirmed: Any, client: FlaskClient
) -> None:
    """It was refused, told to stay, and refunded at the dashboard days later: page and donor learn that it went back,
    once."""
    gift = paid("50")
    found = confirmed(gift)
    refused_and_ended(session, found)
    share, row = session.get_one(CloseOutShare, gift.id), session.get_one(CloseOut, found)
    whole = share.amount_minor
    assert (share.outcome, share.because, row.stayed_minor) == ("stays", "refused", whole)
    at_dashboard(stripe, gift, 1000)
    stripe.deliver_all()
    for _time in range(2):
        session.commit()
        sweep_close_outs.run()
    session.expire_all()
    assert (share.outcome, share.elsewhere_minor) == ("stays", 1000)
    assert (row.returned_minor, row.returned_to, row.stayed_minor) == (1000, 1, whole - 1000)
    at_dashboard(stripe, gift, 4000)
    stripe.deliver_all()
    for _time in range(2):
        session.commit()
        sweep_close_outs.run()
    session.expire_all()
    assert (share.outcome, share.because, share.elsewhere_minor) == ("back", "elsewhere", whole)
    assert (row.returned_minor, row.stayed_minor) == (whole, 0)
    again = letters(session, "close-out-again:")
    assert len(again) == 2
    assert all("It went back to you since." in mail.text for mail in again)
    assert "Stays for its purpose" not in client.get(f"/d/{drive.slug}").text
    assert list(ledger.verify()) == []


def test_a_refund_by_staff_meanwhile_is_waited_for(
    paid: Paid, session: Session, confirmed: Any, drive: Drive
) -> None:
    """While it is on its way nobody knows whether it is made; the share waits, then it is settled by it."""
    gift = paid("50")
    found = confirmed(gift)
    share = session.get_one(CloseOutShare, gift.id)
    with transaction():
        by_staff = giving.decide_refund(gift.id, Money(2000, "USD"), asked_by="mem_1", reason="Asked").id
    assert work(session, found).state == WORKING
    assert share.refund_id is None
    session.commit()
    at_stripe.send_refund(by_staff)
    assert work(session, found).state == DONE
    session.refresh(gift)
    session.refresh(share)
    assert (gift.refunded_minor, share.elsewhere_minor) == (share.amount_minor, 2000)
    assert cash_of(drive) == 0
