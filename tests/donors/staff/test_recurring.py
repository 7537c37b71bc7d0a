"""A recurring gift from inside: its instalments, and its end when the donor asks."""

from collections.abc import Callable

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.mail import OutgoingMail
from donors.gifts.gift import Gift
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from staff.audit import AuditEvent
from tests.donors.conftest import Stripe

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

Paid = Callable[..., Gift]
ASKED = {"reason": "too_much_now", "note": "By phone on Monday"}


def promise_of(session: Session, gift: Gift) -> RecurringGift:
    return session.get_one(RecurringGift, gift.recurring_gift_id)


def test_staff_ends_it_as_the_donor_asked(session: Session, paid: Paid, frida: FlaskClient) -> None:
    promise = promise_of(session, paid("15", rhythm="month"))
    page = f"/staff/recurring/{promise.id}"
    assert "$15 every month from Ana Lopez" in frida.get(page).text
    assert frida.post(f"{page}/cancellations", data=ASKED).status_code == 303
    session.expire_all()
    assert promise.state == "cancelled"
    asked = session.scalars(select(Cancellation)).one()
    assert (asked.reason, asked.asked_by.split(":")[0]) == ("too_much_now", "member")
    assert asked.done_at is not None
    text = frida.get(page).text
    assert "by Frida. It is too much for me right now." in text
    assert "End it for the donor" not in text
    mail = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("cancelled:"))).one()
    assert mail.to == "ana@example.org"
    line = session.scalars(select(AuditEvent).where(AuditEvent.verb == "recurring_gift.cancel")).one()
    assert (line.subject, line.reason) == (promise.id, "By phone on Monday")


def test_ending_twice_says_that_it_has_ended(session: Session, paid: Paid, frida: FlaskClient) -> None:
    promise = promise_of(session, paid("15", rhythm="month"))
    frida.post(f"/staff/recurring/{promise.id}/cancellations", data=ASKED)
    answer = frida.post(f"/staff/recurring/{promise.id}/cancellations", data=ASKED, follow_redirects=True)
    assert "This recurring gift has ended already." in answer.text
    assert session.scalar(select(func.count()).select_from(Cancellation)) == 1
    cancels = select(func.count()).select_from(AuditEvent).where(AuditEvent.verb == "recurring_gift.cancel")
    assert session.scalar(cancels) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"note": "Asked"}, "reason"),
        ({"reason": "nonsense", "note": "Asked"}, "reason"),
        ({"reason": "other"}, "note"),
    ],
)
def test_the_end_says_why_and_how(
    session: Session, paid: Paid, frida: FlaskClient, typed: dict[str, str], field: str
) -> None:
    promise = promise_of(session, paid("15", rhythm="month"))
    answer = frida.post(f"/staff/recurring/{promise.id}/cancellations", data=typed)
    assert answer.status_code == 422
    assert f'id="f-cancellations-{field}-error"' in answer.text
    assert session.scalar(select(func.count()).select_from(Cancellation)) == 0


def test_it_is_ending_until_stripe_answers(
    session: Session, paid: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    promise = promise_of(session, paid("15", rhythm="month"))
    stripe.order_fault("error", path="/v1/subscriptions", times=3)
    frida.post(f"/staff/recurring/{promise.id}/cancellations", data=ASKED)
    text = frida.get(f"/staff/recurring/{promise.id}").text
    assert "On its way" in text
    assert "End it for the donor" not in text


def test_a_promise_ended_at_stripe_says_so(
    session: Session, paid: Paid, stripe: Stripe, frida: FlaskClient
) -> None:
    promise = promise_of(session, paid("15", rhythm="month"))
    address = f"{stripe.box.url}/v1/subscriptions/{promise.subscription_id}"
    requests.delete(address, auth=(stripe.box.key, ""), timeout=10).raise_for_status()
    stripe.deliver_all()
    assert "It was ended at Stripe" in frida.get(f"/staff/recurring/{promise.id}").text
