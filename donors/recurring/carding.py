"""Asking for a new card or bank account: a row, so that the page at Stripe is opened once and found again."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict
from core.money import Money
from donors.gifts import debiting, fee_cover
from donors.recurring import failing, version
from donors.recurring.card_update import CardUpdate
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import BANK, CARD, RUNNING, RecurringGift
from donors.recurring.version import Version
from donors.recurring.versioning import write_version

#: Who asks again within it gets the same page; Stripe keeps it open for longer.
_SAME_PAGE = timedelta(hours=1)


def ask(promise: RecurringGift, method: str = CARD) -> CardUpdate:
    """Raises Conflict `not_running`, `no_debits` where its organisation takes none."""
    if promise.state not in RUNNING:
        raise Conflict("not_running", _("This recurring gift does not run."))
    if method == BANK and not can_take_bank(promise):
        raise Conflict("no_debits", _("This gift can be paid by card alone."))
    query = select(CardUpdate).where(
        CardUpdate.recurring_gift_id == promise.id,
        CardUpdate.method == method,
        CardUpdate.done_at.is_(None),
        CardUpdate.asked_at > clock.now() - _SAME_PAGE,
    )
    found = db.session.scalars(query.order_by(CardUpdate.asked_at.desc())).first()
    if found is None:
        found = CardUpdate(recurring_gift_id=promise.id, method=method, asked_at=clock.now())
        db.session.add(found)
        db.session.flush()
    return found


def can_take_bank(promise: RecurringGift) -> bool:
    """Whether it may be paid from a bank account from now on, or is already."""
    return promise.method == BANK or debiting.is_offered(promise.organisation_id, promise.currency)


def cover_by(promise: RecurringGift, method: str) -> Money:
    """What a donor who covers the fee adds by another way to pay; nothing for one who does not."""
    if not promise.fee_cover_minor:
        return Money.zero(promise.currency)
    return fee_cover.cover(promise.amount, method)


def take(card_update_id: str, payment_method_id: str) -> Version | None:
    """Note that it was typed, as a version of the recurring gift; once. A covered fee is the new way's from now on."""
    row = db.session.get(CardUpdate, card_update_id, with_for_update=True, populate_existing=True)
    promise = lock_promise(row.recurring_gift_id) if row is not None else None
    if row is None or promise is None or row.done_at is not None or promise.state not in RUNNING:
        return None
    row.done_at = clock.now()
    if BANK in (row.method, promise.method):
        failing.begin_anew(promise)
    if row.method != promise.method:
        promise.fee_cover_minor = cover_by(promise, row.method).minor
        promise.method = row.method
    return write_version(promise, version.CARD, asked_by="donor", payment_method_id=payment_method_id)


def belongs(card_update_id: str, promise: RecurringGift) -> bool:
    found = db.session.get(CardUpdate, card_update_id)
    return found is not None and found.recurring_gift_id == promise.id
