"""Gifts from a bank account: whether they are offered, and what becomes of one while its bank has not answered."""

from sqlalchemy import select

from core import clock
from core.db import db
from donors.gifts import fee_cover
from donors.gifts.debit import ARRIVED, ASK_AFTER, REFUSED, WAITING, BankGiving, Debit
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import BANK, FAILED, PENDING, RECEIVED, REFUNDED, Gift
from donors.receipts import letters
from donors.stripe_gateway import Payment
from staff import audit
from staff.access import Actor


def is_possible(currency: str) -> bool:
    return fee_cover.rate(currency, BANK) is not None


def is_offered(organisation_id: str, currency: str) -> bool:
    return is_possible(currency) and is_on(organisation_id)


def is_on(organisation_id: str) -> bool:
    return db.session.get(BankGiving, organisation_id) is not None


def offer(actor: Actor, *, is_on: bool) -> None:
    """Let the organisation's donors give from bank accounts, or by card alone. Debits on their way go on."""
    actor.require("organisation.edit")
    present = db.session.get(BankGiving, actor.organisation_id)
    if is_on == (present is not None):
        return
    if present is None:
        db.session.add(BankGiving(organisation_id=actor.organisation_id, set_by=actor.label))
    else:
        db.session.delete(present)
    db.session.flush()
    before, after = {"bank_giving": not is_on}, {"bank_giving": is_on}
    audit.record(actor, "bank_giving.set", actor.organisation_id, before=before, after=after)


def follow(gift: Gift, payment: Payment, *, is_over: bool) -> None:
    """Bring the debit of a locked gift to where its payment stands. `is_over`: the donor has left the payment page
    for good, so that a refusal there is the bank's and not one of several tries."""
    if gift.method != BANK:
        return
    row = db.session.get(Debit, gift.id, with_for_update=True, populate_existing=True)
    if payment.is_processing:
        _wait(gift, row, payment)
    elif gift.state in (*RECEIVED, REFUNDED):
        if row is not None:
            row.move(ARRIVED)
    elif payment.refusal and (is_over or (row is not None and row.state == WAITING)):
        _refuse(gift, row)


def _wait(gift: Gift, row: Debit | None, payment: Payment) -> None:
    now = clock.now()
    gift.payment_intent_id = payment.payment_intent_id
    if row is None:
        db.session.add(Debit(gift_id=gift.id, begun_at=now, ask_at=now + ASK_AFTER))
        letters.debit_begun(gift)
    elif row.ask_at <= now:
        row.ask_at = now + ASK_AFTER
    db.session.flush()


def _refuse(gift: Gift, row: Debit | None) -> None:
    if row is not None:
        row.move(REFUSED)
    if gift.state == PENDING:
        end_unpaid(gift, FAILED)
        letters.debit_refused(gift)
    db.session.flush()


def list_silent() -> list[str]:
    """Gifts whose bank should have answered by now."""
    query = select(Debit.gift_id).where(Debit.state == WAITING, Debit.ask_at <= clock.now())
    return list(db.session.scalars(query.order_by(Debit.ask_at).limit(200)))


def state_of(gift_id: str) -> str:
    """`waiting`, `arrived`, `refused`, or "" where there is no debit."""
    row = db.session.get(Debit, gift_id)
    return row.state if row is not None else ""
