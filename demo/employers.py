"""Two donors ask their employers to match: one has sent the form, the other's employer has paid."""

from sqlalchemy import select

from core import clock
from core.db import db
from demo.people import actor
from donors.employers import claiming, paying
from donors.gifts.gift import SETTLED, Gift

EMPLOYERS = ("Northwind Traders", "Contoso Ltd.")


def ask_employers() -> None:
    query = select(Gift).where(Gift.state == SETTLED, Gift.recurring_gift_id.is_(None))
    gifts = db.session.scalars(query.order_by(Gift.paid_at, Gift.id).limit(len(EMPLOYERS))).all()
    for gift, employer in zip(gifts, EMPLOYERS, strict=False):
        claim = claiming.ask(gift, employer=employer)
        claiming.note_submitted(claim.id)
        if employer == EMPLOYERS[-1]:
            today = clock.today("America/Chicago")
            paying.record_payment(actor("frida"), claim.id, amount=gift.amount, received_on=today)
