"""Every call of Stripe's library that the gateway can make is made here, to the sandbox over HTTP, and every answer is
as Stripe documents it."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import stripe as stripe_library
from flask import Flask

from core import clock
from core.ids import new_id
from core.money import Money
from donors import stripe_gateway as gateway
from donors.stripe_gateway import CardPageRequest, Checkout, CheckoutRequest, Evidence, SubscriptionChange
from tests.donors.conftest import Stripe
from tests.sandbox.stripe_schemas import complaints
from tests.sandbox.test_gateway_calls import address_of, calls

pytestmark = pytest.mark.once
USD_20 = Money(2000, "USD")
NOTHING_ELSE = {"resumes_on": None, "next_due_on": None, "payment_method_id": None}


class Wire:
    """What goes to Stripe and comes back, as (method, path, answer)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard: list[tuple[str, str, dict[str, Any]]] = []
        asked = stripe_library.RequestsClient.request

        def listening(client: Any, method: str, url: str, *more: Any, **named: Any) -> Any:
            answer = asked(client, method, url, *more, **named)
            path = re.sub(r"^https?://[^/]+|[?].*$", "", url)
            self.heard.append((method.upper(), path, json.loads(answer[0])))
            return answer

        monkeypatch.setattr(stripe_library.RequestsClient, "request", listening)

    def was_asked(self, method: str, template: str) -> bool:
        pattern = re.compile(re.escape(template).replace(r"\{\}", "[^/]+") + "$")
        return any(method == each and pattern.match(path) for each, path, _answer in self.heard)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


def page(rhythm: str = "once", **more: Any) -> Checkout:
    recurs = new_id("recur") if rhythm != "once" else None
    return gateway.open_checkout(
        CheckoutRequest(
            gift_id=new_id("gift"),
            recurring_gift_id=recurs,
            amount=USD_20,
            rhythm=rhythm,
            title="Bring Carlos home",
            email="ana@example.org",
            language="es",
            success_url="http://localhost/ok",
            cancel_url="http://localhost/back",
            expires_at=clock.now() + timedelta(hours=2),
            **more,
        )
    )


def paid(stripe: Stripe, card: str = "4242424242424242", *, rhythm: str = "once", **more: Any) -> Checkout:
    opened = page(rhythm, **more)
    stripe.control(f"pay/{opened.id}", card=card, name="Ana Lopez")
    return gateway.read_checkout(opened.id)


def test_every_call_is_made_and_every_answer_is_stripes(app: Flask, stripe: Stripe, wire: Wire) -> None:
    single_gifts(stripe)
    recurring_gifts(stripe)
    disputes(stripe)
    the_balance(stripe)
    missing = [each for each in calls() if not wire.was_asked(*address_of(each))]
    assert missing == []
    answers = [row for _method, _path, answer in wire.heard for row in answer.get("data", [answer])]
    wrong = [(row["id"], found) for row in answers if "object" in row and (found := complaints(row))]
    assert wrong == []


def single_gifts(stripe: Stripe) -> None:
    gateway.expire_checkout(page().id)
    done = paid(stripe)
    assert done.is_paid
    intent = str(done.payment_intent_id)
    assert gateway.read_payment(intent).is_paid
    assert gateway.refund(intent, Money(500, "USD"), refund_id=new_id("refund")) is not None
    assert len(gateway.read_payment(intent, was_refunded=True).refunds) == 1
    for settle, state in ((gateway.take_held, "taken"), (gateway.release_held, "released")):
        held = str(paid(stripe, is_held=True).payment_intent_id)
        assert gateway.read_held(held).state == "held"
        assert settle(held, key=new_id("gift")).state == state
    debited = paid(stripe, "000123456789", is_debit=True)
    assert gateway.read_payment(str(debited.payment_intent_id)).is_processing


def recurring_gifts(stripe: Stripe) -> None:
    for rhythm in ("week", "month", "quarter", "year"):
        begun = paid(stripe, rhythm=rhythm)
        assert gateway.read_invoice(str(begun.invoice_id)).is_first
    subscription = str(begun.subscription_id)
    change = SubscriptionChange(Money(3000, "USD"), "year", is_collected=True, **NOTHING_ELSE)
    gateway.change_subscription(subscription, change, key=new_id("ver"))
    asked = CardPageRequest(
        card_update_id=new_id("card"),
        recurring_gift_id=new_id("recur"),
        subscription_id=subscription,
        currency="USD",
        language="en",
        success_url="http://localhost/ok",
        cancel_url="http://localhost/back",
    )
    opened = gateway.open_card_page(asked)
    stripe.control(f"pay/{opened.id}", card="4242424242424242")
    by_bank = gateway.open_card_page(replace(asked, card_update_id=new_id("card"), is_debit=True))
    stripe.control(f"pay/{by_bank.id}", card="000123456789", name="Ana Lopez")
    assert gateway.read_card_page(by_bank.id).payment_method_id is not None
    assert gateway.read_card_page(opened.id).payment_method_id is not None
    assert gateway.cancel_subscription(subscription, key=new_id("cancel")).ended_at is not None
    _a_failing_one(stripe)
    debited = paid(stripe, "000123456789", rhythm="month", is_debit=True)
    waiting = gateway.read_invoice(str(debited.invoice_id))
    assert gateway.read_payment(str(waiting.payment_intent_id)).is_processing
    assert gateway.invoice_behind(str(waiting.payment_intent_id)) == waiting.id


def _a_failing_one(stripe: Stripe) -> None:
    paid(stripe, "4000000000000341", rhythm="month")
    stripe.box.advance(by_days=32)
    failed = next(event for event in stripe.new_events() if event["type"] == "invoice.payment_failed")[
        "data"
    ]["object"]["id"]
    gateway.stop_retries(failed)
    assert not gateway.read_invoice(failed).is_retried_there
    gateway.collect_invoice(failed, key=new_id("try"))


def disputes(stripe: Stripe) -> None:
    found = []
    for _number in range(2):
        paid(stripe, "4000000000000259")
        events = [each for each in stripe.new_events() if each["type"] == "charge.dispute.created"]
        found.append(events[0]["data"]["object"]["id"])
    evidence = Evidence(
        "Ana Lopez", "ana@example.org", "127.0.0.1", "A gift", "2026-11-26", "", "She wrote to us"
    )
    answered = gateway.submit_evidence(found[0], evidence, key=new_id("answer"))
    given_in = gateway.accept_dispute(found[1], key=new_id("answer"))
    assert answered is not None
    assert (gateway.read_dispute(found[0]).state, given_in and given_in.state) == ("answered", "lost")
    paid(stripe, "4000000000005423")
    warned = [each for each in stripe.new_events() if each["type"].startswith("radar.early_fraud_warning")]
    assert gateway.read_warning(warned[0]["data"]["object"]["id"]).kind


def the_balance(stripe: Stripe) -> None:
    stripe.box.advance(by_days=5)
    sent = stripe.control("payouts", currency="usd")["payout"]["id"]
    assert gateway.read_payout(sent).movements
    since = clock.now() - timedelta(days=1)
    assert list(gateway.movements_since(since))
    assert [each.id for each in gateway.payouts_since(since)] == [sent]
    assert gateway.events_since(since)
    stripe.control("accounts", id="acct_refugio_of_its_own")
    assert gateway.read_account("acct_refugio_of_its_own").can_charge
