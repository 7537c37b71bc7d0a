"""Gifts from a bank account: whether they are offered, and what becomes of one while its bank has not answered."""

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from donors.gifts import fee_cover
from donors.gifts.debit import ARRIVED, ASK_AFTER, REFUSED, WAITING, BankGiving, Debit
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import BANK, CARD, FAILED, PENDING, RECEIVED, REFUNDED, Gift
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


def why_not(currency: str) -> str:
    """Why a gift in this currency is not taken from a bank account, in plain words."""
    if not is_possible(currency):
        return _(
            "Bank accounts are debited in dollars, euros or pounds. This drive is in %(currency)s: pay by card.",
            currency=currency,
        )
    return _("This drive takes gifts by card alone.")


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
    if gift.method != BANK or gift.invoice_id is not None:  # an instalment's is followed with its invoice
        return
    row = db.session.get(Debit, gift.id, with_for_update=True, populate_existing=True)
    if payment.is_processing:
        _wait(gift, row, payment)
    elif gift.state in (*RECEIVED, REFUNDED):
        if row is not None:
            row.move(ARRIVED)
    elif payment.refusal and (is_over or (row is not None and row.state == WAITING)):
        is_news = gift.state == PENDING
        _refuse(gift, row, payment.refusal)
        if is_news:
            letters.debit_refused(gift, payment.refusal)


def follow_instalment(gift: Gift, payment: Payment) -> None:
    """The same for a locked gift that is an instalment, and for whatever it was paid with this time. What a refusal
    means for the recurring gift, and what its donor is told of it, is decided with the instalment."""
    if payment.is_debit is None:
        return
    gift.method = BANK if payment.is_debit else CARD
    row = db.session.get(Debit, gift.id, with_for_update=True, populate_existing=True)
    if payment.is_processing:
        _wait(gift, row, payment)
    elif row is not None and payment.is_paid:
        row.move(ARRIVED)
    elif payment.is_debit and payment.refusal:
        _refuse(gift, row, payment.refusal)


def _wait(gift: Gift, row: Debit | None, payment: Payment) -> None:
    now = clock.now()
    gift.payment_intent_id = payment.payment_intent_id
    if row is None:
        db.session.add(Debit(gift_id=gift.id, begun_at=now, ask_at=now + ASK_AFTER))
        if _is_first(gift):
            letters.debit_begun(gift)
    elif row.state == REFUSED:  # its recurring gift is tried again
        row.move(WAITING)
        row.begun_at, row.ask_at, row.refusal = now, now + ASK_AFTER, ""
    elif row.ask_at <= now:
        row.ask_at = now + ASK_AFTER
    db.session.flush()


def _is_first(gift: Gift) -> bool:
    """Whether the donor has allowed it just now. Of later instalments the receipt is word enough."""
    if gift.recurring_gift_id is None:
        return True
    earlier = select(Gift.id).where(
        Gift.recurring_gift_id == gift.recurring_gift_id,
        Gift.id != gift.id,
        Gift.started_at < gift.started_at,
    )
    return db.session.scalar(earlier.limit(1)) is None


def _refuse(gift: Gift, row: Debit | None, refusal: str) -> None:
    if row is not None:
        row.move(REFUSED)
        row.refusal = refusal
    if gift.state == PENDING:
        end_unpaid(gift, FAILED)
    db.session.flush()


def list_silent() -> list[str]:
    """Gifts whose bank should have answered by now."""
    query = select(Debit.gift_id).where(Debit.state == WAITING, Debit.ask_at <= clock.now())
    return list(db.session.scalars(query.order_by(Debit.ask_at).limit(200)))


def waiting_among(gift_ids: list[str]) -> set[str]:
    """Those whose bank has not answered."""
    query = select(Debit.gift_id).where(Debit.gift_id.in_(gift_ids), Debit.state == WAITING)
    return set(db.session.scalars(query))


def state_of(gift_id: str) -> str:
    """`waiting`, `arrived`, `refused`, or "" where there is no debit."""
    row = db.session.get(Debit, gift_id)
    return row.state if row is not None else ""
