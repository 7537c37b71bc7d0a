"""Donors, staff, Stripe's own side, time and faults: what each of them can do, and what must hold after it."""

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
import time_machine
from flask import Flask
from sqlalchemy import func, select

from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerEntry
from core.db import db, transaction
from core.errors import Refusal
from core.mail import sweep_mail
from core.money import Money
from donors import jobs
from donors.defence import block, reviewing
from donors.defence.hold import HELD, Hold
from donors.figures import tally
from donors.gifts import deciding, form_token, giving
from donors.gifts.gift import RECEIVED, REFUNDED, Gift
from donors.payments.stripe_event import StripeEvent
from donors.receipts.receipt import Receipt
from donors.recurring import changing
from donors.recurring.changing import Asked
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import PaymentsUnavailable
from staff.access import Actor
from tests.donors.conftest import Stripe
from tests.inbox import Inbox
from tests.torture.mailed import mailed_twice

GOOD, DECLINED, LATER_DECLINED = "4242424242424242", "4000000000000002", "4000000000000341"
CARDS = (GOOD, GOOD, GOOD, DECLINED, LATER_DECLINED, "4000000000009995", "4000000000005126")
#: The bank account that behaves like a card, days later.
ACCOUNTS = {
    GOOD: "000123456789",
    DECLINED: "000222222227",
    LATER_DECLINED: "000111111113",
    "4000000000009995": "000222222227",
    "4000000000005126": "000123456789",
}
#: What may keep an event waiting. Anything else, an illegal transition above all, is an error of ours.
PATIENT = {"", "NotYet", "PaymentsUnavailable"}
FAULTS = ("drop_before", "drop_after", "rate_limit", "error", "error_after")
DONOR = Asked()


@dataclass
class World:
    app: Flask
    stripe: Stripe
    slug: str
    drive_id: str
    actor: Actor
    traveller: time_machine.Traveller
    dice: random.Random
    inbox: Inbox
    pages: list[str] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0
    known: list[dict[str, Any]] = field(default_factory=list)

    # Donors

    def begin(self, rhythm: str, amount: int, donor: int, method: str = "card") -> None:
        """The giving form; its page at Stripe opens, or Stripe does not answer."""
        typed = {
            "form_token": form_token.new_token(),
            "amount_choice": "other",
            "amount_other": str(amount),
            "rhythm": rhythm,
            "method": method,
            "email": f"donor{donor}@example.org",
            "name": "Ana Lopez",
            "name_display": "initial",
        }
        db.session.rollback()  # requests write in sessions of their own
        answer = self.stripe.client.post(f"/d/{self.slug}/gifts", data=typed)
        # A doubtful debit that comes once is not taken.
        assert answer.status_code in (303, 503, *([422] if method == "bank" else [])), answer.text[:2000]
        _, is_page, page = answer.headers.get("Location", "").partition("/c/pay/")
        if is_page:  # a doubtful promise waits for a look instead
            self.pages.append(page.partition("?")[0])

    def pay(self, card: str) -> None:
        """One of the open pages is filled in."""
        if self.pages:
            page = self.dice.choice(self.pages)
            kind = self.box_row("checkout.session", page)["payment_method_types"][0]
            number = card if kind == "card" else ACCOUNTS[card]
            with suppress(requests.HTTPError):  # declined, closed or paid before
                self.stripe.control(f"pay/{page}", card=number, name="Ana Lopez")
                self.pages.remove(page)

    def change(self, verb: str, number: int) -> None:
        """A donor changes a recurring gift."""
        promise = self.any_of(select(RecurringGift.id).order_by(RecurringGift.id))
        if promise is None:
            return
        verbs: dict[str, Callable[[RecurringGift], Any]] = {
            "amount": lambda row: changing.change_amount(row, Money(500 + 100 * number, "USD"), DONOR),
            "day": lambda row: changing.change_day(row, 1 + number % 28, DONOR),
            "pause": lambda row: changing.pause(row, 1 + number % 3, DONOR),
            "skip": lambda row: changing.skip(row, DONOR),
            "resume": lambda row: changing.resume(row, DONOR),
        }
        with suppress(Refusal, PaymentsUnavailable):
            with transaction():
                locked = lock_promise(promise)
                assert locked is not None
                version = verbs[verb](locked)
            jobs.send_version.run(version.id)

    def cancel(self) -> None:
        promise = self.any_of(select(RecurringGift.id).order_by(RecurringGift.id))
        if promise is None:
            return
        with suppress(Refusal, PaymentsUnavailable):
            with transaction():
                locked = lock_promise(promise)
                assert locked is not None
                asked = giving.ask_to_cancel(locked, asked_by="donor", reason="other")
            jobs.send_cancellation.run(asked.id)

    # Staff

    def refund(self, share: int) -> None:
        """Staff gives a quarter, a half, … of a gift back."""
        found = self.any_of(select(Gift.id).where(Gift.state.in_(RECEIVED)).order_by(Gift.id))
        if found is None:
            return
        with suppress(Refusal, PaymentsUnavailable):
            with transaction() as session:
                left = giving.left_to_refund(session.get_one(Gift, found))
                amount = Money(max(1, left.minor * share // 4), "USD")
                row = deciding.refund(self.actor, found, amount=amount, reason="asked by phone")
            jobs.send_refund.run(row.id)

    def doubt(self) -> None:
        """For an hour the gifts of strangers are only authorised."""
        with transaction():
            mine = self.actor.organisation_id
            block.make(mine, block.DRIVE, self.drive_id, reason="declines", count=9, hours=1)

    def decide(self, *, take: bool) -> None:
        """Staff decides about a held gift."""
        found = self.any_of(select(Hold.gift_id).where(Hold.state == HELD).order_by(Hold.gift_id))
        if found is None:
            return
        with suppress(Refusal, PaymentsUnavailable):
            with transaction():
                reviewing.decide(self.actor, found, take=take, reason="looked at it")
            jobs.send_decision.run(found)

    # Stripe's own side

    def refund_at_stripe(self) -> None:
        """In Stripe's dashboard somebody gives half of a charge back."""
        charges = [each for each in self.at_stripe("charge") if each["paid"] and each["captured"]]
        if charges:
            charge = self.dice.choice(charges)
            amount = max(1, (charge["amount"] - charge["amount_refunded"]) // 2)
            self.ask_stripe("POST", "refunds", charge=charge["id"], amount=amount)

    def cancel_at_stripe(self) -> None:
        running = [each for each in self.at_stripe("subscription") if each["status"] != "canceled"]
        if running:
            self.ask_stripe("DELETE", f"subscriptions/{self.dice.choice(running)['id']}")

    def card_turns(self, card: str) -> None:
        """The card behind a recurring gift begins to fail, or works again."""
        running = [each for each in self.at_stripe("subscription") if each["default_payment_method"]]
        if running:
            method = self.dice.choice(running)["default_payment_method"]
            kind = self.box_row("payment_method", method)["type"]
            number = card if kind == "card" else ACCOUNTS[card]
            self.stripe.control(f"payment_methods/{method}/card", card=number)

    def fault(self, kind: str, path: str, times: int) -> None:
        self.stripe.order_fault(kind, path=path, times=times)

    # Events and time

    def deliver(self, share: float) -> None:
        """Some of what is waiting, in any order, and some of it twice."""
        self.collect()
        self.dice.shuffle(self.waiting)
        count = round(len(self.waiting) * share)
        chosen, self.waiting = self.waiting[:count], self.waiting[count:]
        again = self.dice.sample(self.known, min(len(self.known), 2))
        db.session.rollback()
        for event in [*chosen, *again]:
            assert self.stripe.deliver(event).status_code == 200

    def collect(self) -> None:
        fresh = self.at_stripe("event", since=self.seen)
        self.seen += len(fresh)
        self.waiting += fresh
        self.known = (self.known + fresh)[-40:]

    def pass_time(self, hours: int) -> None:
        self.traveller.shift(timedelta(hours=hours))
        self.sweep()

    def sweep(self) -> None:
        db.session.rollback()
        jobs.sweep.run()
        jobs.sweep_holds.run()
        sweep_mail.run()

    def calm(self) -> None:
        """Nothing fails any more; everything arrives."""
        self.stripe.forget_faults()
        for hours in (0, 1, 5, 5, 5):
            self.traveller.shift(timedelta(hours=hours))
            for _ in range(4):
                self.deliver(1)
                self.sweep()
                self.collect()
                if not self.waiting:
                    break

    # What must hold

    def check(self) -> None:
        """After every step."""
        db.session.rollback()
        db.session.expire_all()
        assert [*ledger.verify(), *tally.verify()] == []
        impatient = select(StripeEvent.type, StripeEvent.error).where(StripeEvent.error.not_in(PATIENT))
        assert db.session.execute(impatient).all() == []
        paid = select(func.count()).select_from(Gift).where(Gift.state.in_((*RECEIVED, REFUNDED)))
        assert db.session.scalar(paid) == db.session.scalar(select(func.count()).select_from(Receipt))
        assert self._charged_twice() == []
        twice = mailed_twice(self.inbox.mails)
        assert not twice, twice

    def check_calm(self) -> None:
        """When everything has arrived, Stripe's money is our money, and nothing waits."""
        self.check()
        waiting = select(StripeEvent.type, StripeEvent.error).where(StripeEvent.done_at.is_(None))
        assert db.session.execute(waiting).all() == []
        here, there = self.money_here(), self.money_at_stripe()
        assert here == there

    def money_here(self) -> int:
        total = select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == ledger.STRIPE)
        return db.session.scalar(total) or 0

    def money_at_stripe(self) -> int:
        return sum(each["net"] for each in self.at_stripe("balance_transaction"))

    def _charged_twice(self) -> list[Any]:
        """Periods of a subscription that were paid more than once."""
        rows = [
            (
                each["customer"],
                each["lines"]["data"][0]["subscription"],
                each["lines"]["data"][0]["period"]["start"],
            )
            for each in self.at_stripe("invoice")
            if each["status"] == "paid" and each["amount_paid"]
        ]
        return [period for period, count in Counter(rows).items() if count > 1]

    # Means

    def at_stripe(self, kind: str, since: int = 0) -> list[dict[str, Any]]:
        """Objects as Stripe shows them, oldest first; faults are ordered for us, not for who looks here."""
        with self.stripe.box.world.turn():  # what has become due there meanwhile happens first
            account = self.stripe.box.world.platform
            return json.loads(json.dumps([account.show(row) for row in account.all(kind)[since:]]))

    def box_row(self, kind: str, identifier: str) -> dict[str, Any]:
        with self.stripe.box.world.turn():
            return self.stripe.box.world.platform.get(kind, identifier)

    def ask_stripe(self, method: str, address: str, **asked: Any) -> None:
        url = f"{self.stripe.box.url}/v1/{address}"
        with suppress(requests.ConnectionError):  # a fault that was ordered for us
            requests.request(method, url, data=asked, auth=(self.stripe.box.key, ""), timeout=10)

    def any_of(self, query: Any) -> str | None:
        db.session.rollback()
        found = db.session.scalars(query).all()
        return self.dice.choice(found) if found else None
