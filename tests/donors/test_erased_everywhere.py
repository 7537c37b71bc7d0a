"""After an erasure no table names the person, whatever they did before; a receipt does, for the legal period."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from core import clock
from donors.gifts.gift import SETTLED, Gift
from donors.payments.stripe_event import StripeEvent
from donors.recurring.recurring_gift import ACTIVE, CANCELLED, RecurringGift
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe

EMAIL = "rosamunda@example.org"
PERSON = ("rosamunda", "quispe", "llano fuerte", "for my sister", "abuela", "moving away")
WORDS = {
    "name": "Rosamunda Quispe",
    "email": EMAIL,
    "message": "for my sister",
    "tribute_kind": "honour",
    "tribute_name": "Abuela Inés",
    "employer": "Llano Fuerte",
}


def _naming(session: Session) -> set[str]:
    """The tables that hold a word of the person."""
    found: set[str] = set()
    for table in inspect(session.connection()).get_table_names():
        rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
        held = str(
            [tuple(row) for row in rows]
        ).lower()  # a row's own text leaves out the middle of long values
        found |= {table} if any(word in held for word in PERSON) else set()
    return found


@pytest.fixture
def done(session: Session, give: Callable[..., Gift], stripe: Stripe) -> Gift:
    """A gift that was paid and a monthly one, with everything that can be said; another donor's beside them."""
    stripe.pay(give("10"))
    gift = give("50", **WORDS)
    for each in (gift, give("15", rhythm="month", **WORDS)):
        stripe.pay(each)
    stripe.client.post("/my/links", data={"email": EMAIL})
    stripe.deliver_all()
    session.expire_all()
    assert gift.state == SETTLED
    return gift


def test_no_table_names_an_erased_donor(
    session: Session, cast: Cast, sign_in: Callable[[Member], FlaskClient], done: Gift, stripe: Stripe
) -> None:
    desk = sign_in(cast.frida)
    running = select(RecurringGift).where(RecurringGift.donor_id == done.donor_id)
    promise = session.scalars(running).one()
    assert promise.state == ACTIVE
    address = f"/staff/recurring/{promise.id}/cancellations"
    assert desk.post(address, data={"reason": "other", "note": "Moving away"}).status_code == 303
    given_back = desk.post(f"/staff/gifts/{done.id}/refunds", data={"amount": "20", "reason": "Moving away"})
    assert given_back.status_code == 303
    stripe.deliver_all()
    session.expire_all()
    assert promise.state == CANCELLED
    assert {"donor", "gift", "outgoing_mail", "receipt", "sign_in_link", "stripe_event"} <= _naming(session)

    session.commit()
    erased = sign_in(cast.alice).post(f"/staff/donors/{done.donor_id}/erasure", data={"note": "by letter"})
    assert erased.status_code == 302
    session.expire_all()
    assert _naming(session) == {"receipt"}
    others = session.scalars(
        select(StripeEvent.body).where(StripeEvent.body.contains("ana@example.org"))
    ).all()
    assert others


def test_what_stripe_told_goes_after_a_month(app: Flask, session: Session, done: Gift) -> None:
    session.execute(
        text("UPDATE stripe_event SET done_at = :at WHERE body LIKE '%rosamunda%'"),
        {"at": clock.now() - timedelta(days=31)},
    )
    undone = session.scalars(select(StripeEvent).where(StripeEvent.body.contains("ana@example.org"))).first()
    assert undone is not None
    undone.done_at = None
    session.commit()
    kept = app.test_cli_runner().invoke(args=["privacy", "retain"])
    assert kept.exit_code == 0, kept.output
    session.expire_all()
    assert "stripe_event" not in _naming(session)
    assert undone.body != ""
