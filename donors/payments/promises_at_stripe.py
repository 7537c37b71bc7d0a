"""Journeys of recurring gifts through Stripe and the database in turns: a change is told, a card is taken
over, a failed payment is tried again. As in at_stripe: our row first, a key from its id, then the outcome.
"""

from datetime import timedelta

from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.errors import Conflict
from donors import stripe_gateway
from donors.payments.at_stripe import each_of
from donors.payments.stripe_events import look_at_invoice
from donors.receipts import links, recurring_letters
from donors.recurring import carding, failing, instalment, version
from donors.recurring.card_update import CardUpdate
from donors.recurring.instalment import Instalment
from donors.recurring.instalments import apply_subscription, lock_promise
from donors.recurring.recurring_gift import BANK, ENDED, FAILING, RecurringGift
from donors.recurring.version import Version
from donors.stripe_gateway import CardPageRequest, Subscription, SubscriptionChange


def send_version(version_id: str) -> None:
    """Tell Stripe how a recurring gift shall stand, and confirm it by mail. With a new card, a failed payment
    is tried at once. Raises PaymentsUnavailable."""
    row = db.session.get_one(Version, version_id)
    overtaken = 0
    while (again := send_newest(row.recurring_gift_id, overtaken)) is not None:
        overtaken = again


def send_newest(recurring_gift_id: str, overtaken: int) -> int | None:
    """One round. The number that was sent, when a newer version was written and sent meanwhile: Stripe may
    have got both in the wrong order, so the newest is sent once more."""
    promise = db.session.get_one(RecurringGift, recurring_gift_id, populate_existing=True)
    waiting = _waiting(recurring_gift_id)
    if not waiting or promise.subscription_id is None:
        return None
    newest = waiting[-1]
    key = f"{newest.id}:{waiting[0].number}:{overtaken}"
    change = _change(promise.rhythm, waiting)
    with stripe_gateway.on_account(promise.account):
        seen = stripe_gateway.change_subscription(promise.subscription_id, change, key=key)
    with transaction():
        overtaking = note_sent(recurring_gift_id, newest.number, seen)
    promise = db.session.get_one(RecurringGift, recurring_gift_id, populate_existing=True)
    if promise.state == FAILING and any(each.kind == version.CARD for each in waiting):
        _collect(promise, key=newest.id)
    return overtaking


def _waiting(recurring_gift_id: str) -> list[Version]:
    """Versions that Stripe has not taken, oldest first."""
    query = select(Version).where(Version.recurring_gift_id == recurring_gift_id, Version.done_at.is_(None))
    return list(db.session.scalars(query.order_by(Version.number).execution_options(populate_existing=True)))


def _change(rhythm: str, waiting: list[Version]) -> SubscriptionChange:
    newest = waiting[-1]
    days = [each.next_due_on for each in waiting if each.kind == version.DAY]
    cards = [each.payment_method_id for each in waiting if each.kind == version.CARD]
    return SubscriptionChange(
        amount=newest.charged,
        rhythm=rhythm,
        is_collected=newest.is_collected,
        resumes_on=newest.resumes_on,
        next_due_on=days[-1] if days else None,
        payment_method_id=cards[-1] if cards else None,
    )


def note_sent(recurring_gift_id: str, sent: int, seen: Subscription) -> int | None:
    promise = lock_promise(recurring_gift_id)
    assert promise is not None
    for each in _waiting(recurring_gift_id):
        if each.number <= sent:
            each.done_at = clock.now()
            if seen.ended_at is None:
                recurring_letters.changed(promise, each)
    apply_subscription(seen)
    query = select(Version).where(
        Version.recurring_gift_id == recurring_gift_id, Version.number == promise.version
    )
    newest = db.session.scalars(query).one()
    if newest.number > sent and newest.done_at is not None and seen.ended_at is None:
        newest.done_at = None
        return sent
    return None


def open_card_page(card_update_id: str) -> str:
    """The address of Stripe's page for a new card. Raises PaymentsUnavailable, Conflict `ended`."""
    row = db.session.get_one(CardUpdate, card_update_id)
    promise = db.session.get_one(RecurringGift, row.recurring_gift_id)
    if promise.subscription_id is None or promise.state in ENDED:
        raise Conflict("not_running", "")
    manage_url = links.manage_url(promise.id)
    request = CardPageRequest(
        card_update_id=row.id,
        recurring_gift_id=promise.id,
        subscription_id=promise.subscription_id,
        currency=promise.currency,
        language=recurring_letters.language_of(promise),
        success_url=f"{manage_url}/cards/{row.id}",
        cancel_url=manage_url,
        is_debit=row.method == BANK,
    )
    with stripe_gateway.on_account(promise.account):
        page = stripe_gateway.open_card_page(request)
    with transaction():
        row = db.session.get_one(CardUpdate, card_update_id, with_for_update=True, populate_existing=True)
        row.checkout_session_id = page.id
    return page.url or manage_url


def take_card(card_update_id: str) -> None:
    """Take over the card that was typed. Raises PaymentsUnavailable."""
    row = db.session.get_one(CardUpdate, card_update_id)
    if row.checkout_session_id is None:
        return
    account = db.session.get_one(RecurringGift, row.recurring_gift_id).account
    with stripe_gateway.on_account(account):
        page = stripe_gateway.read_card_page(row.checkout_session_id)
    if page.payment_method_id is None:
        return
    with transaction():
        taken = carding.take(card_update_id, page.payment_method_id)
    if taken is not None:
        send_version(taken.id)


def retry(recurring_gift_id: str) -> None:
    """The next retry of a failing recurring gift, when it is due. Raises PaymentsUnavailable."""
    promise = db.session.get_one(RecurringGift, recurring_gift_id, populate_existing=True)
    if promise.next_attempt_at is None or promise.next_attempt_at > clock.now():
        return
    if not failing.is_tried(promise):
        _lapse(recurring_gift_id)
        return
    number = promise.retries
    _collect(promise, key=f"{promise.id}:{promise.failing_since}:{number}")
    with transaction():
        promise = lock_promise(recurring_gift_id)
        assert promise is not None
        failing.note_retry(promise, number)


def _lapse(recurring_gift_id: str) -> None:
    """Its days are over, and there is nothing to try: its bank refused for good."""
    with transaction():
        promise = lock_promise(recurring_gift_id)
        assert promise is not None
        failing.lapse_if_due(promise)


def sweep() -> None:
    """Go on with what a lost nudge or a dead process left behind, and make the retries that are due."""
    now = clock.now()
    versions = select(Version.id).where(Version.done_at.is_(None), Version.at < now - timedelta(minutes=2))
    each_of(send_version, db.session.scalars(versions.limit(200)).all())
    cards = select(CardUpdate.id).where(
        CardUpdate.done_at.is_(None),
        CardUpdate.checkout_session_id.is_not(None),
        CardUpdate.asked_at.between(now - timedelta(minutes=30), now - timedelta(minutes=2)),
    )
    each_of(take_card, db.session.scalars(cards.limit(200)).all())
    retries = select(RecurringGift.id).where(RecurringGift.next_attempt_at <= now)
    each_of(retry, db.session.scalars(retries.limit(500)).all())


def send_waiting() -> None:
    """Tell Stripe what an event's work has written: a hold, or its end."""
    waiting = select(Version.id).where(Version.done_at.is_(None))
    each_of(send_version, db.session.scalars(waiting.limit(50)).all())


def _collect(promise: RecurringGift, *, key: str) -> None:
    """Try the newest open instalment now, and apply what came of it."""
    query = select(Instalment.invoice_id).where(
        Instalment.recurring_gift_id == promise.id,
        Instalment.state == instalment.FAILED,
        Instalment.invoice_id.is_not(None),
    )
    invoice_id = db.session.scalar(query.order_by(Instalment.period_on.desc()).limit(1))
    if invoice_id is None:
        return
    with stripe_gateway.on_account(promise.account):
        stripe_gateway.collect_invoice(invoice_id, key=key)
        step = look_at_invoice(invoice_id)
    with transaction():
        step()
