"""Instalments of a recurring gift, from what Stripe says of invoices and subscriptions.

The first instalment is the gift that the donor began on the drive's page; each later invoice becomes a gift
of its own, once, by its invoice and its due day.
"""

from datetime import date

from sqlalchemy import select

from core import clock, ids
from core.db import db, insert_once
from core.money import Money
from donors.gifts import debiting, settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import FAILED, PENDING, Gift
from donors.payments.connected_account import require_same
from donors.receipts import letters
from donors.recurring import failing, instalment, standing
from donors.recurring.instalment import Attempt, Instalment
from donors.recurring.recurring_gift import (
    ABANDONED,
    CANCELLED,
    ENDED,
    LAPSED,
    PAUSED,
    Cancellation,
    RecurringGift,
)
from donors.recurring.version import Version
from donors.stripe_gateway import Invoice, Payment, Subscription


def lock_promise(recurring_gift_id: str | None) -> RecurringGift | None:
    if recurring_gift_id is None:
        return None
    return db.session.get(RecurringGift, recurring_gift_id, with_for_update=True, populate_existing=True)


def fall_due(promise: RecurringGift, day: date) -> Instalment:
    """The instalment of a locked promise for the period that begins on `day`; made the first time.

    An older one that is still open lapses: no donor is charged for two periods at once.
    """
    state = standing.why_uncollected(promise, day) or instalment.DUE
    if state == instalment.DUE and standing.has_later_instalment(promise.id, day):
        state = instalment.LAPSED
    is_new = insert_once(
        Instalment,
        id=ids.new_id("inst"),
        recurring_gift_id=promise.id,
        period_on=day,
        state=state,
        attempts=0,
        since_at=clock.now(),
        amount_minor=promise.charged.minor,
        currency=promise.currency,
    )
    if is_new:
        standing.close_open_instalments(promise, instalment.LAPSED, before=day)
    query = select(Instalment).where(Instalment.recurring_gift_id == promise.id, Instalment.period_on == day)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def apply_invoice(invoice: Invoice, payment: Payment | None) -> None:
    """Bring the instalment of an invoice to where the invoice and its payment stand."""
    promise = lock_promise(invoice.recurring_gift_id)
    if promise is None or invoice.amount_due.minor == 0:
        return
    require_same(promise.account, invoice.account)
    promise.subscription_id = invoice.subscription_id
    row = fall_due(promise, invoice.period_starts_at.date())
    row.invoice_id, row.attempts = invoice.id, invoice.attempts
    row.amount_minor = invoice.amount_due.minor
    is_paid = payment is not None and payment.is_paid
    if payment is None or not payment.is_processing:
        _note_attempt(row, invoice, is_paid=is_paid, refusal=payment.refusal if payment else "")
    is_open = row.state in instalment.OPEN
    if is_open and invoice.is_given_up:
        row.move(instalment.LAPSED)
    elif is_paid or (is_open and invoice.attempts > 0):
        _collect(promise, row, invoice, payment)


def _collect(promise: RecurringGift, row: Instalment, invoice: Invoice, payment: Payment | None) -> None:
    gift = _gift_of(invoice, promise, row)
    db.session.flush()
    if payment is not None:
        debiting.follow_instalment(gift, payment)
    if payment is not None and payment.is_paid:
        row.move(instalment.PAID)
        settling.apply_payment(gift, payment)
        return
    if payment is not None and payment.is_processing:
        row.move(instalment.WAITING)
        failing.wait(promise)
        return
    if gift.state == PENDING:
        end_unpaid(gift, FAILED)
    row.move(_after_refusal(promise, row))
    if row.state == instalment.FAILED:
        failing.note_failure(promise, row)


def _after_refusal(promise: RecurringGift, row: Instalment) -> str:
    """Failed, and tried again; unless collecting was stopped while a bank had not answered."""
    if row.state != instalment.WAITING:
        return instalment.FAILED
    if promise.state in ENDED or standing.has_later_instalment(promise.id, row.period_on):
        return instalment.LAPSED
    if standing.is_held(promise.id):
        return instalment.HELD
    return instalment.PAUSED if promise.state == PAUSED else instalment.FAILED


def _note_attempt(row: Instalment, invoice: Invoice, *, is_paid: bool, refusal: str) -> None:
    if invoice.attempts:
        values = {"number": invoice.attempts, "at": clock.now(), "is_paid": is_paid}
        insert_once(Attempt, id=ids.new_id("try"), instalment_id=row.id, refusal=refusal, **values)


def _gift_of(invoice: Invoice, promise: RecurringGift, row: Instalment) -> Gift:
    found = db.session.scalars(
        select(Gift)
        .where(Gift.invoice_id == invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        first = _first_gift(promise)
        found = first if invoice.is_first else _renewal(promise, first, invoice.amount_due)
        found.invoice_id, found.period_on = invoice.id, row.period_on
        db.session.flush()
    row.gift_id = found.id
    return found


def _first_gift(promise: RecurringGift) -> Gift:
    """The gift with which the promise was made; it began together with it."""
    return db.session.scalars(
        select(Gift)
        .where(Gift.recurring_gift_id == promise.id)
        .order_by(Gift.started_at, Gift.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _renewal(promise: RecurringGift, first: Gift, due: Money) -> Gift:
    """A later instalment: what was promised when it was billed, the name and drive of its beginning."""
    gift = Gift(
        id=ids.new_id("gift"),
        organisation_id=promise.organisation_id,
        drive_id=promise.drive_id,
        fund_id=first.fund_id,
        donor_id=promise.donor_id,
        recurring_gift_id=promise.id,
        supporter_page_id=first.supporter_page_id,
        account=promise.account,
        state=PENDING,
        fee_cover_minor=_fee_cover_in(promise, due),
        refunded_minor=0,
        language=first.language,
        method=promise.method,
        donor_name=first.donor_name,
        public_name=first.public_name,
        words_hidden_at=first.words_hidden_at,
        tribute_kind=first.tribute_kind,
        tribute_name=first.tribute_name,
        employer=first.employer,
        surplus_clause_id=first.surplus_clause_id,
        started_at=clock.now(),
    )
    gift.amount = Money(due.minor - gift.fee_cover_minor, due.currency)
    db.session.add(gift)
    return gift


def _fee_cover_in(promise: RecurringGift, due: Money) -> int:
    """The fee cover within an amount that was billed, perhaps before the amount was changed."""
    if due == promise.charged:
        return promise.fee_cover_minor
    versions = select(Version).where(Version.recurring_gift_id == promise.id).order_by(Version.number.desc())
    for each in db.session.scalars(versions):
        if each.charged == due:
            return each.fee_cover_minor
    first = _first_gift(promise)
    return first.fee_cover_minor if first.charged == due else 0


def apply_subscription(subscription: Subscription) -> None:
    """Bring a promise to where its subscription stands. Whether it fails, its instalments say."""
    promise = lock_promise(subscription.recurring_gift_id)
    if promise is None:
        return
    require_same(promise.account, subscription.account)
    promise.subscription_id = subscription.id
    if subscription.status == "canceled":
        _end(promise, subscription)
    elif promise.state not in ENDED:
        promise.next_due_on = subscription.next_due_at.date() if subscription.next_due_at else None
        if subscription.status == "incomplete_expired" and promise.first_paid_at is None:
            promise.move(ABANDONED)


def _end(promise: RecurringGift, subscription: Subscription) -> None:
    ended_at = subscription.ended_at or clock.now()
    asked = db.session.scalars(
        select(Cancellation).where(Cancellation.recurring_gift_id == promise.id)
    ).first()
    if promise.state not in ENDED and asked is None and subscription.ended_unpaid:
        failing.lapse(promise, ended_at)
        asked = db.session.query(Cancellation).filter_by(recurring_gift_id=promise.id).one()
    if promise.state in ENDED:
        if promise.state == LAPSED and asked is not None:
            asked.done_at = asked.done_at or ended_at
        return
    if asked is None:
        asked = Cancellation(
            recurring_gift_id=promise.id, asked_by="stripe", reason="ended_at_stripe", asked_at=ended_at
        )
        db.session.add(asked)
    asked.done_at = ended_at
    failing.end(promise, CANCELLED, ended_at)
    letters.recurring_gift_ended(promise)
