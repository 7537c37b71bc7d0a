"""Reconciling with Stripe: `python -m bench.reconciling [--gifts 100000] [--database …]`.

As many of Stripe's movements as there are gifts, and their refunds, are brought in, brought in again, and compared
with the ledger. Stripe's list is made here: no network. The limit in the same run is the same rows written in bulk,
and each row of both sides read and added up once.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from bench import bulk, house
from bench.databases import databases
from bench.house import House, open_app
from campaigns.drives.drive import Drive
from campaigns.funds.ledger import LedgerEntry
from core import clock
from core.db import db, transaction
from core.money import Money
from donors import stripe_gateway
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.payments import movements_at_stripe
from donors.payouts import comparing
from donors.payouts.movement import Movement
from donors.stripe_gateway import StripeMovement

CHUNK = 5_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.reconciling", description=__doc__)
    parser.add_argument("--gifts", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    chosen = parser.parse_args()
    for kind in chosen.database or ("sqlite", "postgresql"):
        folder_of_the_run = tempfile.TemporaryDirectory(prefix="amparo-bench-")
        with folder_of_the_run as folder, databases(kind, Path(folder)) as make:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                home = Path(folder) / "house"
                built = apart.submit(house.build, make("house"), home, chosen.gifts, 0).result()
                figures = apart.submit(measure, built).result()
            print(f"{kind}, {figures['movements']:,.0f} movements of {chosen.gifts:,} gifts")
            print("\n".join(_said(figures)), flush=True)
    return 0


def measure(built: House) -> dict[str, float]:
    """Seconds of each step, on one thread."""
    app = open_app(built.url, built.folder)
    with app.app_context():
        seen = list(_movements())
        stripe_gateway.movements_since = lambda _since: iter(seen)
        stripe_gateway.payouts_since = lambda _since: iter(())
        organisation_id = str(db.session.scalar(select(Drive.organisation_id)))
        written = _time(lambda: _write_in_bulk(seen))
        found: list[Any] = []
        first = _time(lambda: found.append(movements_at_stripe.bring_in(clock.now() - timedelta(days=30))))
        assert (found[0].movements, found[0].unmatched) == (len(seen), 0), found[0]
        again = _time(lambda: movements_at_stripe.bring_in(clock.now() - timedelta(days=30)))
        differs: list[Any] = []
        compared = _time(lambda: differs.extend(comparing.differences(organisation_id)))
        assert not differs, differs[:3]
        read = _time(_read_once)
    return {"movements": len(seen), "written": written, "first": first, "again": again} | {
        "compared": compared,
        "read": read,
    }


def _movements() -> Iterator[StripeMovement]:
    """What Stripe would list of the gifts and refunds that stand in the database."""
    gifts = db.session.execute(
        select(
            Gift.payment_intent_id,
            Gift.amount_minor + Gift.fee_cover_minor,
            Gift.processing_fee_minor,
            Gift.paid_at,
        ).where(Gift.paid_at.is_not(None))
    )
    for intent_id, charged, fee, paid_at in gifts:
        yield _movement(
            "charge", f"ch_{str(intent_id)[3:]}", str(intent_id), (charged, int(fee or 0)), paid_at
        )
    refunds = select(
        Refund.stripe_refund_id, Gift.payment_intent_id, Refund.amount_minor, Refund.done_at
    ).join(Gift, Gift.id == Refund.gift_id)
    for refund_id, intent_id, minor, done_at in db.session.execute(refunds):
        yield _movement("refund", str(refund_id), str(intent_id), (-minor, 0), done_at)


def _movement(
    kind: str, source: str, intent_id: str, amounts: tuple[int, int], at: datetime | None
) -> StripeMovement:
    assert at is not None
    amount, fee = (Money(each, "USD") for each in amounts)
    return StripeMovement(f"txn_{source}", kind, amount, fee, source, intent_id, at)


def _write_in_bulk(seen: list[StripeMovement]) -> None:
    rows = [
        {
            "id": each.id,
            "account": "",
            "kind": each.kind,
            "amount_minor": each.amount.minor,
            "currency": "USD",
        }
        | {
            "fee_minor": each.fee.minor,
            "net_minor": each.amount.minor - each.fee.minor,
            "source": each.source,
        }
        | {"payment_intent_id": each.payment_intent_id, "created_at": each.at, "matched_to": each.source}
        for each in seen
    ]
    with transaction() as session:
        for first in range(0, len(rows), CHUNK):
            bulk.write(session.connection(), Movement, rows[first : first + CHUNK])
    with transaction() as session:
        session.execute(delete(Movement))


def _read_once() -> None:
    for column in (Movement.net_minor, LedgerEntry.amount_minor):
        db.session.execute(select(func.sum(column))).all()


def _time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    db.session.rollback()
    return time.perf_counter() - began


def _said(figures: dict[str, float]) -> Iterator[str]:
    count = figures["movements"]
    for words, name, limit in (
        ("brought in and matched", "first", "written"),
        ("brought in again", "again", "written"),
        ("compared with the ledger", "compared", "read"),
    ):
        seconds, least = figures[name], figures[limit]
        yield (
            f"  {words:28}{seconds:8.2f} s{count / seconds:12,.0f} a second"
            f"   limit ({limit}) {least:6.2f} s   {seconds / least:5.1f} times"
        )


if __name__ == "__main__":
    sys.exit(main())
