"""Any permutation and any repetition of a gift's events ends in the same state and the same totals."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core import clock
from core.db import db
from donors import jobs, stripe_gateway
from donors.gifts.gift import Gift
from donors.payments import at_stripe, events_at_stripe, inbox
from tests.donors.conftest import Stripe
from tests.stories.journey_data import snapshot

Give = Callable[..., Gift]
Event = dict[str, Any]

ANY = settings(
    max_examples=5,
    deadline=None,
    database=None,
    # What an example writes is undone at its end, by `undone`.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back, so that each example begins with the same rows."""
    db.session.rollback()  # ends what was read so far
    savepoint = db.sessionmaker.kw["bind"].begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        savepoint.rollback()
        db.session.expire_all()


def settle_down() -> None:
    """What could not be worked on when it came is tried again later, as the sweep does."""
    for hours in (1, 8, 40):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            at_stripe.sweep()


def outcome(app: Flask, stripe: Stripe, events: list[Event]) -> dict[str, Any]:
    for event in events:
        assert stripe.deliver(event).status_code == 200
    settle_down()
    found = snapshot(app)
    assert found["wrong"] == []
    assert found["open_events"] == 0
    return found


def outcome_in_batches(app: Flask, events: list[Event], size: int) -> dict[str, Any]:
    """The events are all in the inbox before anybody works on them."""
    for each in events:
        body = json.dumps(each)
        inbox.take_in(stripe_gateway.parse_event(body), body)
    ids = [each["id"] for each in events]
    for start in range(0, len(ids), size):
        events_at_stripe.apply_events(ids[start : start + size])
    jobs.mail_receipts()
    settle_down()
    found = snapshot(app)
    assert found["wrong"] == []
    assert found["open_events"] == 0
    return found


def refund(stripe: Stripe, payment_intent: str, amount: int) -> None:
    """Staff gives money back in Stripe's own dashboard."""
    asked = {"payment_intent": payment_intent, "amount": amount}
    requests.post(
        f"{stripe.box.url}/v1/refunds", data=asked, auth=(stripe.box.key, ""), timeout=10
    ).raise_for_status()


def test_a_gift_refunded_in_two_parts(app: Flask, stripe: Stripe, give: Give) -> None:
    stripe.pay(give("50"))
    events = stripe.new_events()
    intent = _payment_intent(events)
    refund(stripe, intent, 2000)
    refund(stripe, intent, 3000)
    _holds_in_any_order(app, stripe, events + stripe.new_events(), state="refunded")


def test_three_instalments_then_the_end(app: Flask, stripe: Stripe, give: Give) -> None:
    stripe.pay(give("15", rhythm="month"))
    stripe.control("clock/advance", by_days=64)
    events = stripe.new_events()
    (subscription,) = {
        event["data"]["object"]["id"] for event in events if event["type"] == "customer.subscription.created"
    }
    refund(stripe, _payment_intent(events), 1500)
    address = f"{stripe.box.url}/v1/subscriptions/{subscription}"
    requests.delete(address, auth=(stripe.box.key, ""), timeout=10).raise_for_status()
    _holds_in_any_order(app, stripe, events + stripe.new_events(), state="refunded")


def _payment_intent(events: list[Event]) -> str:
    return next(
        event["data"]["object"]["id"] for event in events if event["type"] == "payment_intent.succeeded"
    )


def _holds_in_any_order(app: Flask, stripe: Stripe, events: list[Event], *, state: str) -> None:
    with undone():
        in_order = outcome(app, stripe, events)
    assert state in {gift[0] for gift in in_order["gifts"]}

    @ANY
    @given(st.permutations(events), st.lists(st.sampled_from(events), max_size=4))
    def hold(shuffled: list[Event], repeated: list[Event]) -> None:
        with undone():
            assert outcome(app, stripe, [*shuffled, *repeated]) == in_order

    @ANY
    @given(st.permutations(events), st.integers(2, 10))
    def hold_in_batches(shuffled: list[Event], size: int) -> None:
        with undone():
            assert outcome_in_batches(app, shuffled, size) == in_order

    hold()
    hold_in_batches()


@ANY
@given(data=st.data())
def test_events_that_arrive_while_more_happens_at_stripe(
    app: Flask, session: Session, stripe: Stripe, give: Give, data: st.DataObject
) -> None:
    """At each stage some of what is known is delivered, in any order; the rest comes at the end."""
    with undone():
        gift = give("50")
        known: list[Event] = []
        stripe.pay(gift)
        for amount in (0, 2000, 3000):
            if amount:
                refund(stripe, _payment_intent(known), amount)
            known += stripe.new_events()
            for event in data.draw(st.lists(st.sampled_from(known), max_size=5)):
                assert stripe.deliver(event).status_code == 200
        found = outcome(app, stripe, data.draw(st.permutations(known)))
        assert found["gifts"] == [["refunded", 5000, 175]]
        assert found["counts"] == [0, 0, 0]
        assert [amount for _kind, account, amount in found["groups"] if account == "refunds"] == [2000, 3000]
