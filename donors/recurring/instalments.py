"""Instalments of a recurring gift, from what Stripe says of invoices and subscriptions.

The first instalment is the gift that the donor began on the drive's page; each later invoice becomes a gift
of its own, once, by its invoice and its due day.
"""

from sqlalchemy import select

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import db
from donors.figures import tally
from donors.gifts import settling
from donors.gifts.gift import FAILED, PENDING, Gift
from donors.payments.connected_account import require_same
from donors.receipts import letters
from donors.recurring.recurring_gift import ABANDONED, ACTIVE, CANCELLED, FAILING, Cancellation, RecurringGift
from donors.stripe_gateway import Invoice, Payment, Subscription


def lock_promise(recurring_gift_id: str | None) -> RecurringGift | None:
    if recurring_gift_id is None:
        return None
    return db.session.get(RecurringGift, recurring_gift_id, with_for_update=True, populate_existing=True)


def apply_invoice(invoice: Invoice, payment: Payment | None) -> None:
    """Bring the instalment of an invoice to where the invoice and its payment stand."""
    promise = lock_promise(invoice.recurring_gift_id)
    if promise is None or invoice.amount_due.minor == 0:
        return
    require_same(promise.account, invoice.account)
    promise.subscription_id = invoice.subscription_id
    gift = _gift_of(invoice, promise)
    gift.invoice_id = invoice.id
    gift.period_on = invoice.period_starts_at.date()
    db.session.flush()
    if payment is not None and payment.is_paid:
        settling.apply_payment(gift, payment)
    elif invoice.attempts > 0 and gift.state == PENDING:
        gift.move(FAILED)
        if promise.state == ACTIVE:
            promise.move(FAILING)


def _gift_of(invoice: Invoice, promise: RecurringGift) -> Gift:
    found = db.session.scalars(
        select(Gift)
        .where(Gift.invoice_id == invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is not None:
        return found
    first = _first_gift(promise)
    if invoice.is_first:
        return first
    return _renewal(promise, first)


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


def _renewal(promise: RecurringGift, first: Gift) -> Gift:
    """A later instalment: the promise's amount now, the name and drive of its beginning."""
    gift = Gift(
        id=ids.new_id("gift"),
        organisation_id=promise.organisation_id,
        drive_id=promise.drive_id,
        fund_id=first.fund_id,
        donor_id=promise.donor_id,
        recurring_gift_id=promise.id,
        account=promise.account,
        state=PENDING,
        fee_cover_minor=promise.fee_cover_minor,
        refunded_minor=0,
        language=first.language,
        donor_name=first.donor_name,
        public_name=first.public_name,
        tribute_kind=first.tribute_kind,
        tribute_name=first.tribute_name,
        employer=first.employer,
        started_at=clock.now(),
    )
    gift.amount = promise.amount
    db.session.add(gift)
    return gift


def apply_subscription(subscription: Subscription) -> None:
    """Bring a promise to where its subscription stands."""
    promise = lock_promise(subscription.recurring_gift_id)
    if promise is None:
        return
    require_same(promise.account, subscription.account)
    promise.subscription_id = subscription.id
    promise.next_due_on = subscription.next_due_at.date() if subscription.next_due_at else None
    match subscription.status:
        case "canceled":
            _end(promise, subscription)
        case "incomplete_expired" if promise.first_paid_at is None:
            promise.move(ABANDONED)
        case "past_due" | "unpaid" if promise.state == ACTIVE:
            promise.move(FAILING)
        case "active" if promise.state == FAILING:
            promise.move(ACTIVE)
        case _:
            return


def _end(promise: RecurringGift, subscription: Subscription) -> None:
    if promise.state == CANCELLED:
        return
    ended_at = subscription.ended_at or clock.now()
    promise.move(CANCELLED)
    promise.cancelled_at, promise.next_due_on = ended_at, None
    asked = db.session.scalars(
        select(Cancellation).where(Cancellation.recurring_gift_id == promise.id)
    ).first()
    if asked is None:
        asked = Cancellation(
            recurring_gift_id=promise.id, asked_by="stripe", reason="ended_at_stripe", asked_at=ended_at
        )
        db.session.add(asked)
    asked.done_at = ended_at
    letters.recurring_gift_ended(promise)
    drive = db.session.get_one(Drive, promise.drive_id)
    if drive.is_open(ended_at):
        tally.lose_new_monthly_donor(promise.id, at=ended_at, because="cancelled")
