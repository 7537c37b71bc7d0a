"""A scenario walked by workers that are killed: `python -m tests.torture.killing <kills> <settings as JSON>`.

Every order (a form, deliveries of events, a decision of staff, a sweep) is carried out by a process of its
own. In the second walk each is killed at a random moment, some several times, before it is let through; the
donor sends the form again, Stripe delivers again, the sweep finds the rest. Prints both ends and the kills.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import time_machine
from flask import Flask

from app import create_app
from core import jobs
from core.db import db, transaction
from core.money import Money
from core.settings import Settings
from donors.gifts import deciding, form_token, giving
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.jobs import send_cancellation, send_refund, send_version
from donors.people.donor import Donor
from donors.recurring import changing
from donors.recurring.changing import Asked
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version
from staff.access import system_actor
from staff.organisation import Organisation
from tests.donors.conftest import sign
from tests.stories.journey import in_a_process, rehearse
from tests.stories.journey_data import Installation, snapshot

Order = dict[str, Any]
GOOD, DECLINED, LATER_DECLINED = "4242424242424242", "4000000000000002", "4000000000000341"
#: For no more kills than these, less happens.
FEW = 20
#: (rhythm, amount, cards tried one after another) of each donor.
DONORS = [
    ("once", "20", (GOOD,)),
    ("month", "12", (GOOD,)),
    ("month", "15", (LATER_DECLINED,)),
    ("once", "31", (DECLINED, GOOD)),
    *(("once", str(21 + number), (GOOD,)) for number in range(3)),
    *(("month", str(13 + number), (GOOD,)) for number in range(2)),
    ("quarter", "60", (GOOD,)),
]


# What a worker does


def form(app: Flask, order: Order) -> Any:
    typed = {
        "form_token": order["token"],
        "amount_choice": "other",
        "amount_other": order["amount"],
        "rhythm": order["rhythm"],
        "email": order["email"],
    }
    answer = app.test_client().post("/d/monthly/gifts", data=typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/c/pay/")[1].partition("?")[0]


def deliver(app: Flask, order: Order) -> None:
    settings: Settings = app.config["SETTINGS"]
    for event in order["events"]:
        body = json.dumps(event).encode()
        headers = {"Stripe-Signature": sign(body, settings.stripe_webhook_secret)}
        assert app.test_client().post("/stripe/events", data=body, headers=headers).status_code == 200


def refund(app: Flask, order: Order) -> None:
    """Staff that was not answered looks whether the refund is there before it asks again."""
    with app.app_context():
        gift = _gift_of(order["email"])
        row = db.session.query(Refund).filter_by(gift_id=gift.id).one_or_none()
        if row is None:
            actor = system_actor(db.session.query(Organisation).one())
            amount = Money(order["minor"], "USD")
            with transaction():
                row = deciding.refund(actor, gift.id, amount=amount, reason="Asked by phone")
        jobs.enqueue(send_refund, row.id)


def change(app: Flask, order: Order) -> None:
    with app.app_context():
        promise = db.session.query(RecurringGift).filter_by(donor_id=_gift_of(order["email"]).donor_id).one()
        row = db.session.query(Version).filter_by(recurring_gift_id=promise.id).first()
        if row is None:
            with transaction():
                locked = lock_promise(promise.id)
                assert locked is not None
                row = changing.change_amount(locked, Money(order["minor"], "USD"), Asked())
        jobs.enqueue(send_version, row.id)


def cancel(app: Flask, order: Order) -> None:
    with app.app_context():
        promise = db.session.query(RecurringGift).filter_by(donor_id=_gift_of(order["email"]).donor_id).one()
        with transaction():
            locked = lock_promise(promise.id)
            assert locked is not None
            asked = giving.ask_to_cancel(locked, asked_by="donor", reason="other")
        jobs.enqueue(send_cancellation, asked.id)


def sweep(app: Flask, order: Order) -> None:
    with app.app_context():
        for each in jobs.periodic_jobs():
            each.run()


def _gift_of(email: str) -> Gift:
    query = db.session.query(Gift).join(Donor, Donor.id == Gift.donor_id)
    return query.filter(Donor.email == email).order_by(Gift.started_at).first() or _missing(email)


def _missing(email: str) -> Gift:
    raise AssertionError(f"{email} has no gift")


ORDERS: dict[str, Callable[[Flask, Order], Any]] = {
    "form": form,
    "deliver": deliver,
    "refund": refund,
    "change": change,
    "cancel": cancel,
    "sweep": sweep,
}


# Who gives the orders


@dataclass
class Boss:
    """Gives orders to processes, and kills them while `kills` are left."""

    app: Flask
    installation: Installation
    kills_wanted: int
    kills: int
    dice: random.Random
    killed: int = 0
    hours: int = 0
    newest: str = ""
    #: Seconds that each order took at its quickest; who waits longer may find nobody to kill.
    lasts: dict[str, float] = field(default_factory=dict)

    def order(self, name: str, **more: Any) -> Any:
        tries = 0
        while self._is_killed(name, more, tries):
            tries += 1
        notes = self.installation.folder / "answer.json"
        return json.loads(notes.read_text())

    def _is_killed(self, name: str, order: Order, tries: int) -> bool:
        """One process carries the order out, or dies on the way."""
        notes = self.installation.folder / "answer.json"
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            self._carry_out(name, order, notes)
        doomed = self.killed < self.kills and tries < 4
        patience = self.dice.uniform(0, self.lasts.get(name, 0.05)) if doomed else None
        ended, status = 0, 0
        while not ended:
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended and patience is not None and time.monotonic() - began > patience:
                os.kill(child, signal.SIGKILL)
                ended, status = os.waitpid(child, 0)
                break
            time.sleep(0.0005)
        if os.WIFSIGNALED(status):
            self.killed += 1
            return True
        assert os.waitstatus_to_exitcode(status) == 0, f"{name} failed; its reason stands above"
        self.lasts[name] = min(self.lasts.get(name, 60), time.monotonic() - began)
        return False

    def _carry_out(self, name: str, order: Order, notes: Path) -> None:
        try:
            with time_machine.travel(datetime.now(UTC) + timedelta(hours=self.hours)):
                notes.write_text(json.dumps(ORDERS[name](self.app, order)))
            sys.stderr.flush()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def stripe(self, path: str, **body: Any) -> None:
        requests.post(f"{self.installation.settings.stripe_api_base}/_sandbox/{path}", json=body, timeout=20)

    def pass_days(self, days: int) -> None:
        self.hours += days * 24
        self.stripe("clock/advance", by_days=days)

    def settle(self) -> None:
        """Stripe delivers until nothing is new, the sweep runs between."""
        while events := self._new_events():
            for start in range(0, len(events), 12):
                self.order("deliver", events=events[start : start + 12])
        self.order("sweep")

    def _new_events(self) -> list[Any]:
        settings = self.installation.settings
        asked: dict[str, Any] = {"limit": 100}
        if self.newest:
            asked["ending_before"] = self.newest
        page = requests.get(
            f"{settings.stripe_api_base}/v1/events",
            params=asked,
            auth=(settings.stripe_secret_key, ""),
            timeout=20,
        )
        found = list(reversed(page.json()["data"]))
        self.newest = found[-1]["id"] if found else self.newest
        return found


def walk(boss: Boss) -> dict[str, Any]:
    """Ten donors over two and a half months; four over one month for few kills."""
    boss.installation.renew()
    is_short = boss.kills_wanted <= FEW
    donors = DONORS[:4] if is_short else DONORS
    with boss.app.app_context():
        tokens = [form_token.new_token() for _ in donors]
    for number, (rhythm, amount, cards) in enumerate(donors):
        email = f"donor{number}@example.org"
        page = boss.order("form", token=tokens[number], amount=amount, rhythm=rhythm, email=email)
        for card in cards:
            boss.stripe(f"pay/{page}", card=card)
        if not is_short or number == len(donors) - 1:
            boss.settle()
    boss.order("refund", email="donor0@example.org", minor=500)
    boss.order("refund", email="donor3@example.org", minor=3100)
    boss.order("change", email="donor1@example.org", minor=2500)
    boss.settle()
    for days in (32,) if is_short else (20, 12, 1, 2, 4, 6, 3, 28):
        boss.pass_days(days)
        boss.settle()
    boss.order("cancel", email="donor1@example.org")
    boss.settle()
    for hours in (1, 6) if is_short else (1, 6, 30):
        boss.hours += hours
        boss.stripe("clock/advance", by_seconds=hours * 3600)
        boss.settle()
    notes = boss.installation.folder / "answer.json"

    def look() -> None:
        notes.write_text(json.dumps(snapshot(boss.app)))

    in_a_process(look)
    return json.loads(notes.read_text())


def main() -> None:
    kills, given = int(sys.argv[1]), json.loads(sys.argv[2])
    given["data_dir"] = Path(given["data_dir"])
    settings = Settings(**given)
    app = create_app(settings)
    installation = Installation(app, settings)
    in_a_process(installation.prepare)
    rehearse(app, installation, "once_and_refunded")  # what is compiled now, no process has to compile
    undisturbed = Boss(app, installation, kills, 0, random.Random(1))
    wanted = walk(undisturbed)
    disturbed = Boss(app, installation, kills, kills, random.Random(2), lasts=undisturbed.lasts)
    found = walk(disturbed)
    json.dump({"wanted": wanted, "found": found, "killed": disturbed.killed}, sys.stdout)


if __name__ == "__main__":
    main()
