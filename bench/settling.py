"""A worker that settles gifts: from an event in the inbox to the balanced group, the totals and the receipt.

Runs in a process of its own, on one thread, as one worker does.
"""

import json
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from flask import Flask
from sqlalchemy import insert, select

from bench.gifts import fee_of
from bench.house import open_app
from bench.load import Outcome
from bench.signing import event
from bench.stage import SLUG
from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import db, transaction
from core.money import Money
from donors import stripe_gateway
from donors.gifts import giving
from donors.gifts.gift import RECEIVED, Gift
from donors.gifts.giving import GiftOrder
from donors.payments import at_stripe, events_at_stripe
from donors.payments.stripe_event import StripeEvent
from donors.stripe_gateway import Payment

_DELIVERY_SECONDS = 30
_open = cache(open_app)
#: What this process answers in Stripe's place.
_payments: dict[str, Payment] = {}


def settle_locally(url: str, folder: Path, stripe: str, gift_ids: Sequence[str]) -> Outcome:
    """Settle waiting gifts, each from its own event. Stripe's answer is a payment made here: no network."""
    prepare(url, folder, stripe, gift_ids)
    fill_inbox(url, folder, stripe)
    outcome = empty_inbox(url, folder, stripe)
    check(url, folder, stripe, gift_ids)
    return outcome


def prepare(url: str, folder: Path, stripe: str, gift_ids: Sequence[str]) -> None:
    """Learn how the payments of these gifts stand."""
    with _open(url, folder, stripe).app_context():
        found = db.session.scalars(select(Gift).where(Gift.id.in_(gift_ids)))
        _payments.clear()
        _payments.update((each.payment_intent_id, each) for each in map(_paid, found))


def _paid(gift: Gift) -> Payment:
    return Payment(
        payment_intent_id=f"pi_{gift.id[5:]}",
        gift_id=gift.id,
        is_paid=True,
        paid_at=clock.now(),
        amount=gift.charged,
        fee=Money(fee_of(gift.charged.minor), "USD"),
        refunds=(),
    )


def fill_inbox(url: str, folder: Path, stripe: str) -> None:
    """Put an event of each payment into the inbox, as the intake does."""
    rows = []
    for payment in _payments.values():
        event_id = f"evt_{payment.payment_intent_id[3:]}"
        body = event(event_id, id=payment.payment_intent_id, metadata={"gift_id": payment.gift_id})
        row = {"id": event_id, "type": body["type"], "account": "", "created_at": clock.now()}
        rows.append(row | {"body": json.dumps(body)})
    with _open(url, folder, stripe).app_context(), transaction() as session:
        session.execute(insert(StripeEvent), rows)


def empty_inbox(url: str, folder: Path, stripe: str) -> Outcome:
    """Work on the inbox as a worker does, until nothing is left for this one."""
    before, stripe_gateway.read_payment = stripe_gateway.read_payment, _payments.__getitem__
    try:
        return _time(_open(url, folder, stripe))
    finally:
        stripe_gateway.read_payment = before


def _time(app: Flask) -> Outcome:
    """Every batch in a context, and so a session, of its own. An event's latency is that of its batch."""
    latencies: list[float] = []
    began = before = time.perf_counter()
    worked = 1
    while worked:
        with app.app_context():
            worked = events_at_stripe.work_on_inbox()
        now = time.perf_counter()
        latencies += [now - before] * worked
        before = now
    return Outcome(len(latencies), before - began, latencies)


def check(url: str, folder: Path, stripe: str, gift_ids: Sequence[str]) -> None:
    """Only gifts that really are settled are counted."""
    with _open(url, folder, stripe).app_context():
        _check(gift_ids)


def _check(gift_ids: Sequence[str]) -> None:
    """Only gifts that really are settled are counted."""
    db.session.rollback()  # ends the snapshot of before
    settled = select(Gift.id).where(Gift.id.in_(gift_ids), Gift.state.in_(RECEIVED))
    found = len(db.session.scalars(settled).all())
    assert found == len(gift_ids), f"{found} of {len(gift_ids)} gifts were settled"


def settle_over_http(url: str, folder: Path, stripe: str, count: int) -> Outcome:
    """Settle gifts that were paid in the sandbox, from all the events it delivered, asking it over HTTP.

    One latency is one event's; the rate is of gifts.
    """
    app = _open(url, folder, stripe)
    with app.app_context():
        gift_ids = [_give(app, stripe) for _ in range(count)]
        _wait_for_deliveries(stripe)
        db.session.rollback()
        outcome = _time(app)
        _check(gift_ids)
    return Outcome(count, outcome.seconds, outcome.latencies)


def _give(app: Flask, stripe: str) -> str:
    """Start a gift as the form does, and pay for it with a test card."""
    gift_id = ids.new_id("gift")
    with transaction() as session:
        drive = session.scalars(select(Drive).where(Drive.slug == SLUG)).one()
        order = GiftOrder(Money(5000, "USD"), "once", f"{gift_id}@example.org", "Ana Lopez")
        giving.start(drive, order, gift_id=gift_id)
    with app.test_request_context():
        at_stripe.open_checkout(gift_id)
    db.session.expire_all()
    session_id = db.session.get_one(Gift, gift_id).checkout_session_id
    _control(stripe, f"pay/{session_id}", {"card": "4242424242424242"})
    return gift_id


def _wait_for_deliveries(stripe: str) -> None:
    """Until the sandbox has delivered everything."""
    end = time.monotonic() + _DELIVERY_SECONDS
    while not _control(stripe, "idle")["idle"]:
        if time.monotonic() > end:
            raise TimeoutError("the sandbox still has deliveries to make")
        time.sleep(0.02)


def _control(stripe: str, path: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{stripe}/_sandbox/{path}", data, headers), timeout=20) as answer:
        return json.load(answer)
