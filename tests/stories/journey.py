"""A gift's journeys in processes that die: `python -m tests.stories.journey <first>:<every> <settings as JSON>`.

For each n-th step by `every` from `first` on (a commit, an answer of Stripe, a mail handed over) of each
journey, one process walks it and is killed right after that step. A second process goes on as the world would:
the donor sends a form again that was not answered, Stripe delivers again what was not acknowledged, and the
sweep finds the rest. What is then in the database is printed for each step, beside the journey that nobody
interrupts.
"""

import gc
import json
import os
import signal
import smtplib
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
import stripe
import time_machine
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import create_app
from core import clock, jobs
from core.db import db, transaction
from core.settings import Settings
from donors import stripe_gateway
from donors.gifts import deciding, form_token
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.jobs import send_refund
from donors.receipts import links
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from staff.access import system_actor
from staff.organisation import Organisation
from tests.donors.conftest import sign
from tests.stories.journey_data import Installation, snapshot

#: What the endpoint at Stripe is subscribed to, as far as these journeys cause it.
SUBSCRIBED = (
    *("checkout.session.completed", "payment_intent.succeeded", "charge.refunded"),
    *("invoice.paid", "customer.subscription.deleted"),
)


class Steps:
    """Counts the steps that outlive this process, and ends it after the chosen one."""

    def __init__(self, last: int | None) -> None:
        self.last = last
        self.names: list[str] = []
        event.listen(Session, "after_commit", lambda _session: self.done("commit"))
        self._follow(stripe.RequestsClient, "request", "stripe")
        self._follow(smtplib.SMTP, "sendmail", "mail")

    def _follow(self, owner: Any, name: str, step: str) -> None:
        original = getattr(owner, name)

        def followed(*args: Any, **kwargs: Any) -> Any:
            answer = original(*args, **kwargs)
            if "get" not in args:  # looking at something at Stripe leaves nothing behind
                self.done(step)
            return answer

        setattr(owner, name, followed)

    def done(self, step: str) -> None:
        self.names.append(step)
        if len(self.names) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


class World:
    """What donor and Stripe know, whichever of our processes are alive."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def knows(self, name: str) -> str | None:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        known: dict[str, str] = dict(json.loads(line) for line in lines)
        return known.get(name)

    def learn(self, name: str, value: str = "yes") -> None:
        with self.path.open("a") as file:
            file.write(json.dumps([name, value]) + "\n")


def give(app: Flask, world: World, rhythm: str) -> None:
    """The donor fills in the form, sends it until it is answered, and pays once."""
    settings: Settings = app.config["SETTINGS"]
    if not world.knows("token"):
        with app.app_context():
            world.learn("token", form_token.new_token())
    if not world.knows("page"):
        typed = {
            "form_token": world.knows("token"),
            "amount_choice": "other",
            "amount_other": "50",
            "rhythm": rhythm,
            "email": "ana@example.org",
        }
        answer = app.test_client().post("/d/monthly/gifts", data=typed)
        assert answer.status_code == 303, answer.text
        world.learn("page", answer.headers["Location"])
    if not world.knows("paid"):
        session_id = (world.knows("page") or "").split("/c/pay/")[1].split("#")[0]
        requests.post(f"{settings.stripe_api_base}/_sandbox/pay/{session_id}", json={}, timeout=10)
        world.learn("paid")
    deliver(app, world)


def deliver(app: Flask, world: World) -> None:
    """Stripe delivers every event until it is acknowledged."""
    settings: Settings = app.config["SETTINGS"]
    page = requests.get(
        f"{settings.stripe_api_base}/v1/events",
        params={"limit": 100},
        auth=(settings.stripe_secret_key, ""),
        timeout=10,
    ).json()
    for each in reversed(page["data"]):
        if each["type"] not in SUBSCRIBED or world.knows(each["id"]):
            continue
        body = json.dumps(each).encode()
        headers = {"Stripe-Signature": sign(body, settings.stripe_webhook_secret)}
        answer = app.test_client().post("/stripe/events", data=body, headers=headers)
        assert answer.status_code == 200, answer.text
        world.learn(each["id"])


def once_and_refunded(app: Flask, world: World) -> None:
    """A one-time gift, the thank-you page, a refund that staff decides."""
    give(app, world, "once")
    with app.app_context():
        gift = db.session.query(Gift).one()
        gift_id, is_decided = gift.id, db.session.query(Refund).count() > 0
    app.test_client().get(f"/d/monthly/gifts/{gift_id}/thanks")
    if not is_decided:
        with app.app_context():
            actor = system_actor(db.session.query(Organisation).one())
            with transaction():
                row = deciding.refund(actor, gift_id, amount=gift.amount, reason="Given by mistake")
            jobs.enqueue(send_refund, row.id)
    deliver(app, world)


def monthly_and_cancelled(app: Flask, world: World) -> None:
    """A monthly gift, and its end by the link in the receipt."""
    give(app, world, "month")
    with app.app_context():
        promise = db.session.query(RecurringGift).one()
        address = links.manage_url(promise.id).removeprefix(app.config["BASE_URL"])
        is_asked = db.session.query(Cancellation).count() > 0
    if not is_asked:
        typed = {"reason": "mistake"}
        answer = app.test_client().post(f"{address}/cancellations", data=typed)
        assert answer.status_code == 200, answer.text
    deliver(app, world)


JOURNEYS: dict[str, Callable[[Flask, World], None]] = {
    "once_and_refunded": once_and_refunded,
    "monthly_and_cancelled": monthly_and_cancelled,
}


def in_a_process(work: Callable[[], None]) -> int:
    """Do the work in a process of its own; returns the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            work()
            sys.stderr.flush()
            os._exit(0)
        except BaseException:
            traceback.print_exc()  # for a person; the parent sees the exit code
            sys.stderr.flush()
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    assert os.waitstatus_to_exitcode(status) == 0, "the process failed; its reason stands above"
    return 0


def finish(app: Flask, world: World, name: str) -> None:
    """What the world does after a crash: it asks again, and the sweep of half an hour later finds the rest."""
    JOURNEYS[name](app, world)
    with time_machine.travel(clock.now() + timedelta(minutes=30)), app.app_context():
        for sweep in jobs.periodic_jobs():
            sweep.run()
    deliver(app, world)


def walk(app: Flask, installation: Installation, name: str, last: int | None) -> dict[str, Any]:
    """The journey, killed after its step `last`, and gone on with."""
    installation.renew()
    folder = installation.folder
    world, notes = World(folder / f"world-{name}-{last}"), folder / "notes.json"

    def set_out() -> None:
        steps = Steps(last)
        JOURNEYS[name](app, world)
        notes.write_text(json.dumps(steps.names))

    def go_on() -> None:
        finish(app, world, name)
        notes.write_text(json.dumps(snapshot(app)))

    died_of = in_a_process(set_out)
    assert died_of == (signal.SIGKILL if last else 0)
    steps = json.loads(notes.read_text()) if last is None else []
    in_a_process(go_on)
    return {"steps": steps, "found": json.loads(notes.read_text())}


def rehearse(app: Flask, installation: Installation, name: str) -> None:
    """Walk once in this process, so that those that follow find templates and statements compiled."""
    installation.renew()
    finish(app, World(installation.folder / f"rehearsal-{name}"), name)
    with app.app_context():
        snapshot(app)
        db.engine.dispose()
    stripe_gateway.init_app(app, installation.settings)  # connections are not shared between processes


def main() -> None:
    (first, every), given = map(int, sys.argv[1].split(":")), json.loads(sys.argv[2])
    given["data_dir"] = Path(given["data_dir"])
    settings = Settings(**given)
    app = create_app(settings)
    installation = Installation(app, settings)
    in_a_process(installation.prepare)
    gc.disable()  # the children live too shortly to have rubbish, and looking for it copies every page
    found: dict[str, Any] = {}
    for name in JOURNEYS:
        rehearse(app, installation, name)
        undisturbed = walk(app, installation, name, None)
        killed = {
            f"{place} {step}": walk(app, installation, name, place)["found"]
            for place, step in list(enumerate(undisturbed["steps"], start=1))[first::every]
        }
        found[name] = {"undisturbed": undisturbed["found"], "killed": killed}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
