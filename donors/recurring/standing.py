"""How a recurring gift stands: its state, derived from what is open, and whether payments are taken."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.db import db
from donors.recurring import instalment
from donors.recurring.instalment import DUE, FAILED, WAITING, Instalment
from donors.recurring.pause import PAUSE, Hold, Pause
from donors.recurring.recurring_gift import ABANDONED, ACTIVE, ENDED, FAILING, HELD, PAUSED, RecurringGift


@dataclass(frozen=True)
class Collection:
    """Whether Stripe shall take payments, and from which day again; None is not known yet."""

    is_on: bool
    resumes_on: date | None = None


def open_pause(recurring_gift_id: str) -> Pause | None:
    """The pause or skip that is not over."""
    query = select(Pause).where(Pause.recurring_gift_id == recurring_gift_id, Pause.ended_at.is_(None))
    return db.session.scalars(query.order_by(Pause.asked_at.desc())).first()


def is_held(recurring_gift_id: str) -> bool:
    query = select(Hold.id).where(Hold.recurring_gift_id == recurring_gift_id, Hold.released_at.is_(None))
    return db.session.scalar(query.limit(1)) is not None


def collection_of(promise: RecurringGift) -> Collection:
    if is_held(promise.id):
        return Collection(is_on=False)
    pause = open_pause(promise.id)
    return Collection(is_on=False, resumes_on=pause.resumes_on) if pause else Collection(is_on=True)


def restand(promise: RecurringGift) -> None:
    """Move a locked promise to the state that what is open says; one that has ended stays ended."""
    if promise.state in ENDED or (promise.first_paid_at is None and promise.failing_since is None):
        return
    if promise.state == ABANDONED:  # paid after all
        promise.move(ACTIVE)
    pause = open_pause(promise.id)
    if is_held(promise.id):
        promise.move(HELD)
    elif pause is not None and pause.kind == PAUSE:
        promise.move(PAUSED)
    else:
        promise.move(FAILING if promise.failing_since else ACTIVE)


def why_uncollected(promise: RecurringGift, day: date) -> str | None:
    """The state of an instalment that falls due on a day on which no payment is taken."""
    holds = db.session.scalars(select(Hold).where(Hold.recurring_gift_id == promise.id))
    if any(each.covers(day) for each in holds):
        return instalment.HELD
    pauses = db.session.scalars(select(Pause).where(Pause.recurring_gift_id == promise.id))
    kinds = {each.kind for each in pauses if each.covers(day)}
    if not kinds:
        return None
    return instalment.PAUSED if PAUSE in kinds else instalment.SKIPPED


def has_later_instalment(recurring_gift_id: str, day: date, state: str | None = None) -> bool:
    query = select(Instalment.id).where(
        Instalment.recurring_gift_id == recurring_gift_id, Instalment.period_on > day
    )
    if state is not None:
        query = query.where(Instalment.state == state)
    return db.session.scalar(query.limit(1)) is not None


def is_waiting(recurring_gift_id: str) -> bool:
    """Whether a bank has been asked for an instalment and has not answered."""
    query = select(Instalment.id).where(
        Instalment.recurring_gift_id == recurring_gift_id, Instalment.state == WAITING
    )
    return db.session.scalar(query.limit(1)) is not None


def recover(promise: RecurringGift) -> None:
    """A payment went through, or nobody waits for one: no retry is due any more."""
    promise.failing_since, promise.next_attempt_at, promise.retries = None, None, 0


def close_open_instalments(promise: RecurringGift, state: str, *, before: date | None = None) -> None:
    """Nobody tries to collect what is open any more, and it is never charged later; but for what a bank has been
    asked for already."""
    query = select(Instalment).where(
        Instalment.recurring_gift_id == promise.id, Instalment.state.in_((DUE, FAILED))
    )
    if before is not None:
        query = query.where(Instalment.period_on < before)
    for each in db.session.scalars(query):
        each.move(state)
