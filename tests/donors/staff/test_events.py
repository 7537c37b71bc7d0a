"""Stripe's messages as staff sees them: the failing first, tried again by hand."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from donors.gifts.gift import Gift
from donors.payments.stripe_event import StripeEvent
from staff.audit import AuditEvent
from tests.donors.conftest import Stripe

Paid = Callable[..., Gift]


@pytest.fixture
def failing(session: Session, give: Callable[..., Gift], stripe: Stripe) -> StripeEvent:
    """A payment's message that came while Stripe did not answer our questions."""
    gift = give("50")
    stripe.pay(gift)
    stripe.order_fault("error", path="/v1/checkout", times=30)
    stripe.order_fault("error", path="/v1/payment_intents", times=30)
    stripe.deliver_all()
    stripe.forget_faults()
    session.expire_all()
    completed = select(StripeEvent).where(StripeEvent.type == "checkout.session.completed")
    return session.scalars(completed).one()


def test_a_failing_message_stands_first_with_what_to_do(failing: StripeEvent, frida: FlaskClient) -> None:
    page = frida.get("/staff/events").text
    assert page.index('id="failing"') < page.index("All, the newest first")
    assert failing.id in page
    assert "PaymentsUnavailable" in page
    assert "Stripe did not answer. It is tried again by itself." in page
    assert "messages from Stripe cannot be worked on" in frida.get("/staff/").text


def test_trying_now_settles_the_gift(session: Session, failing: StripeEvent, frida: FlaskClient) -> None:
    assert frida.post(f"/staff/events/{failing.id}/tries").status_code == 303
    session.expire_all()
    assert failing.state == "done"
    assert session.scalars(select(Gift)).one().state == "settled"
    line = session.scalars(select(AuditEvent).where(AuditEvent.verb == "stripe_event.retry")).one()
    assert (line.subject, line.before) == (failing.id, {"attempts": 1})


def test_trying_what_is_done_changes_nothing(session: Session, paid: Paid, frida: FlaskClient) -> None:
    paid("50")
    event = session.scalars(select(StripeEvent).where(StripeEvent.type == "payment_intent.succeeded")).one()
    done_at = event.done_at
    assert frida.post(f"/staff/events/{event.id}/tries").status_code == 303
    session.expire_all()
    assert event.done_at == done_at
    assert session.scalars(select(AuditEvent).where(AuditEvent.verb == "stripe_event.retry")).all() == []


def test_messages_are_found_by_kind_id_and_state(
    session: Session, failing: StripeEvent, frida: FlaskClient
) -> None:
    for query in (f"q={failing.id}", "q=session.completed", "state=failing"):
        assert failing.id in frida.get(f"/staff/events?{query}").text
    for query in ("q=nothing_like_it", "state=done&q=session.completed"):
        assert "No message matches" in frida.get(f"/staff/events?{query}").text


def test_a_message_knows_whose_it_is(session: Session, paid: Paid, stripe: Stripe) -> None:
    gift = paid("15", rhythm="month")
    kinds = ("checkout.session.completed", "invoice.paid")
    owners = session.execute(
        select(StripeEvent.type, StripeEvent.organisation_id).where(StripeEvent.type.in_(kinds))
    )
    assert {row[0]: row[1] for row in owners} == dict.fromkeys(kinds, gift.organisation_id)
