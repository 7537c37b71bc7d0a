"""Giving money back from a gift's page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock
from core.mail import OutgoingMail
from donors.figures import progress, tally
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.payments import at_stripe
from staff import audit
from staff.audit import AuditEvent
from tests.donors.conftest import Stripe, usd

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

Paid = Callable[..., Gift]
REFUND_FAILS_LATER = "4000000000005126"


def refund(browser: FlaskClient, gift: Gift, amount: str, reason: str = "Asked for it") -> int:
    typed = {"amount": amount, "reason": reason}
    return browser.post(f"/staff/gifts/{gift.id}/refunds", data=typed).status_code


def refund_in_the_dashboard(stripe: Stripe, gift: Gift, minor: int) -> None:
    asked = {"payment_intent": gift.payment_intent_id, "amount": minor}
    answer = requests.post(f"{stripe.box.url}/v1/refunds", data=asked, auth=(stripe.box.key, ""), timeout=10)
    answer.raise_for_status()


def raised(drive: Drive) -> int:
    found = progress.read(drive.id)
    assert found is not None
    assert list(ledger.verify()) == []
    assert list(tally.verify()) == []
    return found.raised.minor


def test_a_gift_is_given_back_whole(session: Session, drive: Drive, paid: Paid, frida: FlaskClient) -> None:
    gift = paid("50")
    assert refund(frida, gift, "50.00") == 303
    session.expire_all()
    assert (gift.state, gift.refunded) == ("refunded", usd(5000))
    assert raised(drive) == 0
    mail = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("refund:"))).one()
    assert mail.to == "ana@example.org"
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "Refunded" in page
    assert "Give money back" not in page


def test_a_part_goes_back_and_the_rest_can_follow(
    session: Session, drive: Drive, paid: Paid, frida: FlaskClient
) -> None:
    gift = paid("50")
    assert refund(frida, gift, "20") == 303
    session.expire_all()
    assert gift.state == "partly_refunded"
    assert raised(drive) == 3000
    assert "$30 is left of this gift" in frida.get(f"/staff/gifts/{gift.id}").text
    assert refund(frida, gift, "30") == 303
    session.expire_all()
    assert gift.state == "refunded"


def test_more_than_what_is_left_is_refused_and_nothing_is_written(
    session: Session, paid: Paid, frida: FlaskClient
) -> None:
    gift = paid("50")
    refund(frida, gift, "20")
    answer = frida.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "30.01", "reason": "Too much"})
    assert answer.status_code == 422
    assert 'id="f-amount-error"' in answer.text
    assert "At most $30" in answer.text
    assert session.scalar(select(func.count()).select_from(Refund)) == 1


def test_an_amount_that_is_none_is_refused_next_to_its_field(
    session: Session, paid: Paid, frida: FlaskClient, subtests: pytest.Subtests
) -> None:
    for amount in ["", "0", "-5", "abc", "1e3", "12.345", "99999999999999999999", "٥٠"]:
        with subtests.test(amount=amount):
            gift = paid("50")
            answer = frida.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": amount, "reason": "Asked"})
            assert answer.status_code == 422
            assert 'id="f-amount-error"' in answer.text
            assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_a_refund_says_why(session: Session, paid: Paid, frida: FlaskClient) -> None:
    gift = paid("50")
    assert refund(frida, gift, "5", reason="") == 422
    assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_a_gift_that_is_not_paid_has_nothing_to_give_back(
    session: Session, give: Callable[..., Gift], frida: FlaskClient
) -> None:
    gift = give("50")
    assert "Give money back" not in frida.get(f"/staff/gifts/{gift.id}").text
    assert refund(frida, gift, "50") == 422
    assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_a_refund_is_on_its_way_until_stripe_answers(
    session: Session, paid: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    gift = paid("50")
    session.commit()
    stripe.order_fault("error", path="/v1/refunds", times=3)
    assert refund(frida, gift, "50") == 303
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "On its way" in page
    assert "Give money back" not in page
    row = session.scalars(select(Refund)).one()
    at_stripe.send_refund(row.id)
    session.expire_all()
    assert (row.state, gift.state) == ("done", "refunded")


def test_a_refund_whose_answer_was_lost_is_not_made_again_when_stripe_has_forgotten_its_key(
    session: Session, drive: Drive, paid: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    gift = paid("50")
    session.commit()
    stripe.order_fault("error_after", path="/v1/refunds", times=3)
    refund(frida, gift, "20")
    stripe.forget_faults()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        row = session.scalars(select(Refund)).one()
        assert row.state == "on_its_way"
        at_stripe.send_refund(row.id)
    session.expire_all()
    assert (row.state, gift.refunded) == ("done", usd(2000))
    assert raised(drive) == 3000
    assert len(refunds_at_stripe(stripe)) == 1


def test_a_refund_that_was_refused_here_and_made_at_stripe_can_still_come_back(
    session: Session, drive: Drive, give: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    gift = give("50")
    stripe.pay(gift, card=REFUND_FAILS_LATER)
    stripe.deliver_all()
    session.commit()
    stripe.order_fault("drop_after", path="/v1/refunds", times=3)
    refund(frida, gift, "50")
    stripe.forget_faults()
    row = session.scalars(select(Refund)).one()
    row.failed_at = clock.now()
    session.commit()
    stripe.deliver_all()
    session.expire_all()
    assert (row.state, raised(drive)) == ("done", 0)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        stripe.deliver_all()
    session.expire_all()
    assert (row.state, gift.state, raised(drive)) == ("came_back", "settled", 5000)


def refunds_at_stripe(stripe: Stripe) -> list[Any]:
    answer = requests.get(f"{stripe.box.url}/v1/refunds", auth=(stripe.box.key, ""), timeout=10)
    return answer.json()["data"]


def test_a_refused_refund_says_what_to_do_and_leaves_the_amount(
    session: Session, paid: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    gift = paid("50")
    refund_in_the_dashboard(stripe, gift, 5000)
    assert refund(frida, gift, "50") == 303
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "Stripe refused a refund of $50" in page
    assert "Stripe refused a refund of $50" in frida.get("/staff/").text


def test_a_refund_made_at_stripe_appears(
    session: Session, drive: Drive, paid: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    gift = paid("50")
    refund_in_the_dashboard(stripe, gift, 2000)
    stripe.deliver_all()
    session.expire_all()
    assert raised(drive) == 3000
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "Partly refunded" in page
    assert ">Stripe<" in page


def test_a_refund_leaves_a_line_in_the_audit_trail(session: Session, paid: Paid, frida: FlaskClient) -> None:
    gift = paid("50")
    refund(frida, gift, "20", reason="Gave twice")
    line = session.scalars(select(AuditEvent).where(AuditEvent.verb == "gift.refund")).one()
    row = session.scalars(select(Refund)).one()
    assert (line.subject, line.reason) == (gift.id, "Gave twice")
    assert line.before == {"left_minor": 5000, "currency": "USD"}
    assert line.after == {"left_minor": 3000, "refund": row.id, "refund_minor": 2000}
    assert list(audit.verify()) == []
