"""A year of recurring gifts: `python -m tests.torture.simulation --gifts 1000`, or `make simulate`.

Donors begin a monthly gift through the form, by card or from a bank account; for twelve months days pass at Stripe
and here together, cards and accounts fail and are mended at rates like those that processors publish, some donors
end their gift. At the end instalments, receipts, ends and totals must add up, and Stripe's money must be ours; exits
1 where they do not.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerEntry
from core import clock
from core.db import db, transaction
from core.settings import Settings
from donors import jobs
from donors.figures import tally
from donors.gifts import form_token, giving
from donors.gifts.debit import BankGiving
from donors.gifts.gift import SETTLED, Gift
from donors.people.donor import Donor
from donors.receipts.receipt import Receipt
from donors.receipts.statement import statement_of
from donors.recurring import instalment
from donors.recurring.instalment import Instalment
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import LAPSED, RUNNING, RecurringGift
from sandbox.checkout.page import find_session
from sandbox.checkout.paying import Payer, pay
from sandbox.server import Box, start
from tests.donors.conftest import sign
from tests.stories.journey_data import Installation

GOOD, FAILING = "4242424242424242", "4000000000000341"
#: The same of bank accounts, from which this share of the donors gives: closed for good, or empty for a while.
GOOD_ACCOUNT, CLOSED, EMPTY, FROM_BANKS = "000123456789", "000111111113", "000222222227", 0.25
#: A month: cards that fail for good, cards without money for some days, donors who end their gift.
EXPIRES, SHORT_OF_MONEY, ENDS = 0.02, 0.04, 0.01
#: Of the cards that fail for good, those whose donor puts in another; and after how many days, at most.
MENDED, WITHIN_DAYS = 0.6, 12
#: What the endpoint at Stripe is subscribed to, as far as this year causes it.
SUBSCRIBED = (
    *("checkout.session.completed", "invoice.paid", "invoice.payment_failed", "invoice.voided"),
    *("customer.subscription.updated", "customer.subscription.deleted", "payment_intent.processing"),
)


@dataclass
class Year:
    app: Flask
    box: Box
    traveller: time_machine.Traveller
    dice: random.Random
    seen: int = 0
    delivered: int = 0
    charges_seen: int = 0
    #: Debits that their banks have not answered.
    asked: list[dict[str, Any]] = field(default_factory=list)
    #: How many days after its first failure a card goes through again, by payment method.
    patience: dict[str, int] = field(default_factory=dict)
    mending: list[tuple[int, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def begin(self, number: int) -> None:
        with self.app.app_context():
            typed = {
                "form_token": form_token.new_token(),
                "amount_choice": "other",
                "amount_other": str(self.dice.choice((5, 10, 15, 25, 50))),
                "rhythm": "month",
                "method": "bank" if self.dice.random() < FROM_BANKS else "card",
                "email": f"donor{number}@example.org",
            }
        answer = self.app.test_client().post("/d/monthly/gifts", data=typed)
        assert answer.status_code == 303, answer.text
        page = answer.headers["Location"].split("/c/pay/")[1].partition("?")[0]
        with self.box.world.turn():
            found = find_session(self.box.world, page)
            assert found is not None
            account = GOOD if typed["method"] == "card" else GOOD_ACCOUNT
            pay(*found, Payer(email=typed["email"], card_number=account, name="Ana Lopez"))
        self.counts[f"by {typed['method']}"] += 1

    def deliver(self) -> None:
        """All events that the endpoint is subscribed to."""
        while True:
            with self.box.world.turn():
                account = self.box.world.platform
                rows = account.all("event")[self.seen :]
                bodies = [json.dumps(account.show(row)).encode() for row in rows if row["type"] in SUBSCRIBED]
            self.seen += len(rows)
            if not rows:
                return
            secret = self.app.config["SETTINGS"].stripe_webhook_secret
            for body in bodies:
                answer = self.app.test_client().post(
                    "/stripe/events", data=body, headers={"Stripe-Signature": sign(body, secret)}
                )
                assert answer.status_code == 200
            self.delivered += len(bodies)

    def pass_day(self, day: int) -> None:
        self.traveller.shift(timedelta(days=1))
        self._mend(day)
        self.deliver()
        with self.app.app_context():
            jobs.sweep.run()
        self.deliver()

    def begin_month(self) -> None:
        """What goes wrong with cards, and who has had enough."""
        with self.box.world.turn():
            account = self.box.world.platform
            running = [row for row in account.all("subscription") if row["status"] == "active"]
            methods = [row["default_payment_method"] for row in running]
        for method in methods:
            chance = self.dice.random()
            if chance < EXPIRES:
                self._turn(method, FAILING, CLOSED)
                self.counts["cards or accounts that failed for good"] += 1
                if self.dice.random() < MENDED:
                    self.patience[method] = 1 + self.dice.randrange(WITHIN_DAYS)
            elif chance < EXPIRES + SHORT_OF_MONEY:
                self._turn(method, FAILING, EMPTY)
                self.counts["cards or accounts without money for a while"] += 1
                self.patience[method] = 1 + self.dice.randrange(5)
        with self.app.app_context():
            promises = db.session.scalars(
                select(RecurringGift.id).where(RecurringGift.state.in_(RUNNING))
            ).all()
            for promise_id in promises:
                if self.dice.random() < ENDS:
                    self._end(promise_id)

    def _end(self, promise_id: str) -> None:
        with transaction():
            locked = lock_promise(promise_id)
            assert locked is not None
            asked = giving.ask_to_cancel(locked, asked_by="donor", reason="other")
        jobs.send_cancellation.run(asked.id)
        self.counts["ended by donors"] += 1

    def _mend(self, day: int) -> None:
        """A donor hears of a failed payment, and sees to it; money comes in again by itself."""
        with self.box.world.turn():
            charges = self.box.world.platform.all("charge")[self.charges_seen :]
        self.charges_seen += len(charges)
        answered = [row for row in (*self.asked, *charges) if row["status"] != "pending"]
        self.asked = [row for row in (*self.asked, *charges) if row["status"] == "pending"]
        failed = {row["payment_method"] for row in answered if not row["paid"]}
        self.mending += [(day + self.patience.pop(each), each) for each in failed & self.patience.keys()]
        due = [each for each in self.mending if each[0] <= day]
        self.mending = [each for each in self.mending if each[0] > day]
        for _day, method in due:
            self._turn(method, GOOD, GOOD_ACCOUNT)

    def _turn(self, method: str, card: str, account: str) -> None:
        with self.box.world.turn():
            row = self.box.world.platform.get("payment_method", method)
            row["_number"] = card if row["type"] == "card" else account


def wrong_at_the_end(year: Year) -> list[str]:
    """What does not add up."""
    find = db.session.scalar
    paid = find(select(func.count()).select_from(Instalment).where(Instalment.state == instalment.PAID))
    settled = find(select(func.count()).select_from(Gift).where(Gift.state == SETTLED))
    receipts = find(select(func.count()).select_from(Receipt))
    receipted = find(select(func.sum(Receipt.amount_minor)))
    given = find(select(-func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == ledger.GIFTS))
    here = find(select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == ledger.STRIPE))
    there = sum(row["net"] for row in year.box.world.platform.all("balance_transaction"))
    charges = sum(1 for row in year.box.world.platform.all("charge") if row["paid"])
    same: list[tuple[str, Any, Any]] = [
        ("paid instalments and settled gifts", paid, settled),
        ("settled gifts and receipts", settled, receipts),
        ("settled gifts and charges at Stripe", settled, charges),
        ("sum of receipts and gifts in the ledger", receipted, given),
        ("money here and at Stripe", here, there),
        ("sum of all donors' statements and gifts in the ledger", _stated(), given),
    ]
    return [
        *(f"{what}: {one} and {other}" for what, one, other in same if one != other),
        *ledger.verify(),
        *tally.verify(),
    ]


def _stated() -> int:
    """What the statements of all donors say, over the whole time, in minor units."""
    until = clock.today() + timedelta(days=1)
    donors = db.session.scalars(select(Donor)).all()
    statements = (statement_of(donor, until - timedelta(days=800), until) for donor in donors)
    return sum(total.minor for statement in statements for total in statement.totals)


def summary(year: Year) -> dict[str, Any]:
    def by_state(model: Any) -> dict[str, int]:
        rows = db.session.execute(select(model.state, func.count()).group_by(model.state))
        return {row[0]: row[1] for row in rows}

    raised = db.session.scalar(select(func.sum(Receipt.amount_minor))) or 0
    lapsed = db.session.scalar(
        select(func.count()).select_from(RecurringGift).where(RecurringGift.state == LAPSED)
    )
    return {
        "recurring gifts": by_state(RecurringGift),
        "instalments": by_state(Instalment),
        "raised_minor": raised,
        "lapsed": lapsed,
        "events": year.delivered,
        **year.counts,
    }


def run(gifts: int, months: int, folder: Path) -> tuple[dict[str, Any], list[str]]:
    with start() as box:
        settings = Settings(
            environment="testing",
            data_dir=folder,
            base_url="http://localhost",
            queue_url="memory:",
            stripe_api_base=box.url,
            mail_url="smtp://127.0.0.1:9",
            log_level="CRITICAL",
        )
        app = create_app(settings)
        Installation(app, settings).prepare()
        with app.app_context(), transaction() as session:
            house = session.scalars(select(Drive.organisation_id)).first()
            session.add(BankGiving(organisation_id=str(house), set_by="member_of_the_house"))
        with time_machine.travel(clock.now(), tick=False) as traveller:
            year = Year(app, box, traveller, random.Random(1))
            for number in range(gifts):
                year.begin(number)
            year.deliver()
            for day in range(months * 30 + months // 2):
                if day % 30 == 0:
                    year.begin_month()
                year.pass_day(day)
            with app.app_context():
                return summary(year), wrong_at_the_end(year)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gifts", type=int, default=1000)
    parser.add_argument("--months", type=int, default=12)
    chosen = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found, wrong = run(chosen.gifts, chosen.months, Path(folder))
    took = f"{time.perf_counter() - began:.0f} s for {chosen.gifts} gifts over {chosen.months} months"
    lines = [*(f"{name}: {value}" for name, value in found.items()), f"took: {took}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stderr.write("".join(f"WRONG: {each}\n" for each in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
