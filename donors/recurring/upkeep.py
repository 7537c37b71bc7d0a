"""What time does to recurring gifts by itself: instalments fall due, pauses end, notices go out.

Each list names what is due, each step takes one of it in the caller's transaction and may be repeated.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, literal, select

from core import clock
from core.db import db
from core.mail import OutgoingMail
from donors.receipts import recurring_letters
from donors.recurring import standing
from donors.recurring.instalment import Instalment
from donors.recurring.instalments import fall_due, lock_promise
from donors.recurring.pause import PAUSE, Pause
from donors.recurring.recurring_gift import ACTIVE, RUNNING, RecurringGift

#: So long before a pause ends its donor is reminded.
REMINDER = timedelta(days=7)
#: So long before a yearly payment its donor is told.
YEARLY_NOTICE = timedelta(days=14)
_MOST = 500


def list_due() -> list[str]:
    """Recurring gifts whose next instalment is due and has no row yet."""
    there = select(Instalment.id).where(
        Instalment.recurring_gift_id == RecurringGift.id, Instalment.period_on == RecurringGift.next_due_on
    )
    query = select(RecurringGift.id).where(
        RecurringGift.next_due_on <= clock.today(),
        RecurringGift.state.in_(RUNNING),
        ~there.exists(),
    )
    return list(db.session.scalars(query.limit(_MOST)))


def note_due(recurring_gift_id: str) -> None:
    promise = lock_promise(recurring_gift_id)
    if promise is None or promise.state not in RUNNING or promise.next_due_on is None:
        return
    if promise.next_due_on <= clock.today():
        fall_due(promise, promise.next_due_on)


def list_pauses_over() -> list[str]:
    query = select(Pause.id).where(Pause.ended_at.is_(None), Pause.resumes_on <= clock.today())
    return list(db.session.scalars(query.limit(_MOST)))


def end_pause(pause_id: str) -> None:
    """Its day has come; Stripe takes payments again by itself."""
    pause = db.session.get_one(Pause, pause_id, with_for_update=True, populate_existing=True)
    promise = lock_promise(pause.recurring_gift_id)
    if promise is None or pause.ended_at is not None:
        return
    if promise.next_due_on is not None and promise.next_due_on < pause.resumes_on:
        fall_due(promise, promise.next_due_on)
    pause.ended_at = clock.opens_at(pause.resumes_on, "UTC")
    db.session.flush()
    standing.restand(promise)


def list_reminders() -> list[str]:
    """Pauses that end within the week and were not announced."""
    query = select(Pause.id).where(
        Pause.ended_at.is_(None),
        Pause.kind == PAUSE,
        Pause.resumes_on <= clock.today() + REMINDER,
        _unsent(literal("resumes:").concat(Pause.id)),
    )
    return list(db.session.scalars(query.limit(_MOST)))


def remind(pause_id: str) -> None:
    pause = db.session.get_one(Pause, pause_id, populate_existing=True)
    promise = lock_promise(pause.recurring_gift_id)
    if promise is not None and pause.ended_at is None and promise.state in RUNNING:
        recurring_letters.resumes_soon(promise, pause)


def list_yearly_notices() -> list[str]:
    query = select(RecurringGift).where(
        RecurringGift.rhythm == "year",
        RecurringGift.state == ACTIVE,
        RecurringGift.next_due_on > clock.today(),
        RecurringGift.next_due_on <= clock.today() + YEARLY_NOTICE,
    )
    found = {recurring_letters.yearly_key(each): each.id for each in db.session.scalars(query)}
    sent = set(db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.key.in_(found))))
    return [promise_id for key, promise_id in found.items() if key not in sent]


def _unsent(key: ColumnElement[str]) -> ColumnElement[bool]:
    return ~select(OutgoingMail.id).where(OutgoingMail.key == key).exists()


def announce(recurring_gift_id: str) -> None:
    promise = lock_promise(recurring_gift_id)
    if promise is not None and promise.state == ACTIVE and promise.next_due_on is not None:
        recurring_letters.yearly_notice(promise)
