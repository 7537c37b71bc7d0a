"""`python -m tests.donors.matching.crowd DATABASE FOLDER`: one process of many that act on gifts at once.

It says `ready`, and for each line, the path of a file of JSON, does all that stands there in parallel threads, each in
a transaction of its own, as the edges do; then it says `done`. What stands there: `begin` (gift, drive, cents), `pay`,
`expire`, `fail` (gift), `refund` (gift, cents). It ends with its input, or as soon as one of them fails.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from core.ids import new_id
from core.money import Money
from core.settings import Settings
from donors.gifts import giving, settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, FAILED, Gift
from donors.gifts.giving import GiftOrder
from donors.gifts.refund import Refund
from donors.stripe_gateway import Payment, StripeRefund

THREADS = 6


def begin(gift_id: str, drive_id: str, minor: int) -> None:
    order = GiftOrder(amount=Money(minor, "USD"), rhythm="once", email=f"{gift_id}@example.org")
    with transaction() as session:
        giving.start(session.get_one(Drive, drive_id), order, gift_id=gift_id)


def pay(gift_id: str) -> None:
    with transaction():
        gift = _locked(gift_id)
        settling.apply_payment(gift, _payment(gift, ()))


def refund(gift_id: str, minor: int) -> None:
    with transaction():
        gift = _locked(gift_id)
        before = db.session.query(Refund).filter_by(gift_id=gift_id).all()
        seen = [_seen(row.stripe_refund_id or "", row.amount_minor) for row in before]
        settling.apply_payment(gift, _payment(gift, (*seen, _seen(new_id("re"), minor))))


def end(gift_id: str, state: str) -> None:
    with transaction():
        end_unpaid(_locked(gift_id), state)


def _locked(gift_id: str) -> Gift:
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    return gift


def _seen(refund_id: str, minor: int) -> StripeRefund:
    return StripeRefund(
        id=refund_id, amount=Money(minor, "USD"), status="succeeded", refund_id=None, at=clock.now()
    )


def _payment(gift: Gift, refunds: tuple[StripeRefund, ...]) -> Payment:
    """A payment as Stripe would tell it."""
    return Payment(
        payment_intent_id=f"pi_{gift.id}",
        gift_id=gift.id,
        is_paid=True,
        paid_at=clock.now(),
        amount=gift.charged,
        fee=None,
        refunds=refunds,
    )


def act(app: Flask, what: list[Any]) -> None:
    verb, gift_id, *more = what
    with app.app_context():
        match verb:
            case "begin":
                begin(gift_id, *more)
            case "pay":
                pay(gift_id)
            case "refund":
                refund(gift_id, *more)
            case _:
                end(gift_id, EXPIRED if verb == "expire" else FAILED)


def main(database_url: str, folder: str) -> None:
    app = create_app(
        Settings(
            environment="testing",
            data_dir=Path(folder),
            database_url=database_url,
            queue_url="memory:",
            log_level="ERROR",
        )
    )
    with ThreadPoolExecutor(THREADS) as pool:
        _say("ready")
        for path in sys.stdin:
            todo = json.loads(Path(path.strip()).read_text())
            list(pool.map(lambda each: act(app, each), todo))
            _say("done")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
