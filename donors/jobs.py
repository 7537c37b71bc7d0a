"""Jobs of giving: nudges for rows that are already committed, and the sweep that needs no nudge."""

from sqlalchemy import select

from core import jobs
from core.db import db, transaction
from donors.gifts.gift import Gift
from donors.payments import at_stripe
from donors.receipts import letters
from donors.receipts.receipt import Receipt


@jobs.job
def apply_event(event_id: str) -> None:
    at_stripe.apply_event(event_id)
    mail_receipts()


@jobs.job
def refresh_gift(gift_id: str) -> None:
    """A donor is back from the payment page: do not wait for the event."""
    at_stripe.refresh_gift(gift_id)
    mail_receipts()


@jobs.job
def send_refund(refund_id: str) -> None:
    at_stripe.send_refund(refund_id)


@jobs.job
def send_cancellation(cancellation_id: str) -> None:
    at_stripe.send_cancellation(cancellation_id)


def mail_receipts() -> None:
    """Queue the mails of receipts that have none yet."""
    query = select(Receipt.gift_id).where(Receipt.mailed_at.is_(None)).limit(200)
    for gift_id in db.session.scalars(query).all():
        with transaction() as session:
            letters.receipt_for(session.get_one(Gift, gift_id, with_for_update=True))


@jobs.every(minutes=1)
def sweep() -> None:
    at_stripe.sweep()
    mail_receipts()
