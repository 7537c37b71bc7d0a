"""A monthly gift that was paid once, and a calendar that moves Stripe's days and ours together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import requests
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from core.mail import OutgoingMail
from donors.gifts.gift import Gift
from donors.jobs import sweep
from donors.payments import promises_at_stripe
from donors.recurring.instalment import Instalment
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version
from tests.donors.conftest import Stripe
from tests.donors.leading import lead

#: Attaches, and refuses every payment afterwards.
REFUSING_CARD = "4000000000000341"


@dataclass
class Calendar:
    """Days pass: Stripe does what is due, its events arrive, our sweep runs."""

    session: Session
    stripe: Stripe
    traveller: time_machine.Traveller

    def pass_days(self, days: int, *, step: int = 1) -> None:
        for _each in range(0, days, step):
            self.traveller.shift(timedelta(days=step))
            self.settle()

    def settle(self) -> None:
        self.session.commit()
        self.stripe.deliver_all()
        sweep.run()
        self.stripe.deliver_all()
        self.session.expire_all()


@pytest.fixture
def calendar(session: Session, stripe: Stripe) -> Iterator[Calendar]:
    """Begins in January, in which nothing depends on how long a month is."""
    with time_machine.travel("2027-01-10T15:00:00Z") as traveller:
        yield Calendar(session, stripe, traveller)


Promised = Callable[..., RecurringGift]


@pytest.fixture
def promised(session: Session, drive: Drive, give: Callable[..., Gift], calendar: Calendar) -> Promised:
    """A recurring gift whose first payment went through."""

    drive.rhythms = ["week", "month", "quarter", "year"]
    session.commit()

    def make(amount: str = "20", rhythm: str = "month", card: str = "4242424242424242") -> RecurringGift:
        gift = give(amount, rhythm=rhythm)
        calendar.stripe.pay(gift, card=card)
        calendar.settle()
        promise = session.get_one(RecurringGift, gift.recurring_gift_id)
        assert promise.first_paid_at is not None
        return promise

    return make


@dataclass
class Desk:
    """What pages and jobs do, without a page: a use case in a transaction, then Stripe is told."""

    session: Session

    def change(self, promise: RecurringGift, verb: Callable[..., Version], *more: object) -> Version:
        self.session.commit()
        with transaction():
            locked = lock_promise(promise.id)
            version = verb(locked, *more)
        promises_at_stripe.send_version(version.id)
        self.session.expire_all()
        return version


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def instalments(session: Session) -> list[tuple[str, str]]:
    """(day, state) of all, oldest first."""
    rows = session.scalars(select(Instalment).order_by(Instalment.period_on))
    return [(row.period_on.isoformat(), row.state) for row in rows]


def charged(stripe: Stripe) -> list[int]:
    """Amounts that Stripe took, oldest first."""
    page = requests.get(
        f"{stripe.box.url}/v1/charges", params={"limit": 100}, auth=(stripe.box.key, ""), timeout=10
    ).json()
    return [each["amount"] for each in reversed(page["data"]) if each["paid"]]


def subjects(session: Session, kind: str = "") -> list[str]:
    """Subjects of mails whose key begins so, by the time they were queued."""
    query = select(OutgoingMail.subject).where(OutgoingMail.key.startswith(kind))
    return list(session.scalars(query.order_by(OutgoingMail.queued_at)))


@pytest.fixture
def led(session: Session, drive: Drive) -> None:
    lead(session, drive)


def put_card(stripe: Stripe, promise: RecurringGift, number: str) -> None:
    """Another card behind the subscription, without our page: such as one that goes bad."""
    auth = (stripe.box.key, "")
    base = f"{stripe.box.url}/v1"
    subscription = requests.get(
        f"{base}/subscriptions/{promise.subscription_id}", auth=auth, timeout=10
    ).json()
    method = requests.post(
        f"{base}/payment_methods",
        data={
            "type": "card",
            "card[number]": number,
            "card[exp_month]": 12,
            "card[exp_year]": 2034,
            "card[cvc]": "123",
        },
        auth=auth,
        timeout=10,
    ).json()
    attach = {"customer": subscription["customer"]}
    requests.post(f"{base}/payment_methods/{method['id']}/attach", data=attach, auth=auth, timeout=10)
    requests.post(
        f"{base}/subscriptions/{promise.subscription_id}",
        data={"default_payment_method": method["id"]},
        auth=auth,
        timeout=10,
    ).raise_for_status()
