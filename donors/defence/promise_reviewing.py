"""Doubtful recurring gifts that wait for a look before anything is paid. In the caller's transaction."""

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core import clock
from core.db import db
from core.errors import Conflict, NotFound
from donors.defence.promise_review import (
    DECIDE_WITHIN,
    LET_THROUGH,
    PAY_WITHIN,
    TURNED_DOWN,
    WAITING,
    PromiseReview,
)
from donors.defence.screening import Screening
from donors.gifts import settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, FAILED, PENDING, Gift
from donors.receipts import letters
from donors.recurring.recurring_gift import ABANDONED, RecurringGift
from donors.recurring.recurring_gift import PENDING as PROMISE_PENDING
from staff import audit
from staff.access import Actor


def ask(gift: Gift) -> None:
    """Let the gift wait for a look."""
    db.session.add(PromiseReview(gift_id=gift.id, organisation_id=gift.organisation_id))
    db.session.flush()


def state_of(gift_id: str) -> str:
    """`waiting`, `let_through`, `turned_down`, or "" for nearly all gifts."""
    row = db.session.get(PromiseReview, gift_id)
    return row.state if row is not None else ""


def list_waiting(actor: Actor) -> Select[PromiseReview, Gift, Screening]:
    """What waits in the actor's organisation, the oldest first."""
    actor.require("gifts.view")
    return (
        select(PromiseReview, Gift, Screening)
        .join(Gift, Gift.id == PromiseReview.gift_id)
        .outerjoin(Screening, Screening.gift_id == PromiseReview.gift_id)
        .where(PromiseReview.organisation_id == actor.organisation_id, PromiseReview.state == WAITING)
        .order_by(PromiseReview.asked_at, PromiseReview.gift_id)
    )


def decide(actor: Actor, gift_id: str, *, let_through: bool, reason: str) -> PromiseReview:
    """Let a donor go on to the payment page, by mail, or turn the gift down. Deciding the same again changes nothing.

    Raises NotFound, Forbidden, Conflict `already_decided`.
    """
    actor.require("gifts.view")
    row = _lock(gift_id)
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound
    actor.require("gifts.refund")
    wanted = LET_THROUGH if let_through else TURNED_DOWN
    if row.state == wanted:
        return row
    if row.state != WAITING:
        raise Conflict("already_decided", _("This gift has been decided already."))
    _set(row, wanted, by=actor.label, reason=reason)
    verb = "recurring_gift.let_through" if let_through else "recurring_gift.turn_down"
    audit.record(actor, verb, gift_id, before={"state": WAITING}, reason=reason)
    return row


def note_opened(gift_id: str) -> None:
    """The donor goes on to the payment page. Raises Conflict `under_review` where nobody has looked yet,
    `page_expired` where it was turned down."""
    row = _lock(gift_id)
    if row is None:
        return
    if row.state == WAITING:
        raise Conflict("under_review", _("Somebody looks at this gift first. No money moved."))
    if row.state == TURNED_DOWN:
        raise Conflict("page_expired", _("This gift is not taken. No money moved."))
    row.opened_at = row.opened_at or clock.now()


def overdue() -> list[str]:
    """What nobody decided in time, and what its donor did not go on with."""
    now = clock.now()
    undecided = (PromiseReview.state == WAITING) & (PromiseReview.asked_at <= now - DECIDE_WITHIN)
    left = (
        (PromiseReview.state == LET_THROUGH)
        & PromiseReview.opened_at.is_(None)
        & (PromiseReview.decided_at <= now - PAY_WITHIN)
    )
    query = select(PromiseReview.gift_id).where(undecided | left).limit(200)
    return list(db.session.scalars(query))


def turn_down_overdue(gift_id: str) -> None:
    row = _lock(gift_id)
    if row is not None and row.opened_at is None:
        _set(row, TURNED_DOWN, by="system", reason="")


def _lock(gift_id: str) -> PromiseReview | None:
    return db.session.get(PromiseReview, gift_id, with_for_update=True, populate_existing=True)


def _set(row: PromiseReview, state: str, *, by: str, reason: str) -> None:
    row.move(state)
    row.decided_by, row.decided_at, row.reason = by, clock.now(), reason
    gift = settling.lock_gift(row.gift_id)
    assert gift is not None
    if state == LET_THROUGH:
        letters.let_through(gift)
    else:
        _close(gift)
    db.session.flush()


def _close(gift: Gift) -> None:
    """Nothing was paid, and nothing can be."""
    if gift.state in (PENDING, FAILED):
        end_unpaid(gift, EXPIRED)
    promise = db.session.get(
        RecurringGift, gift.recurring_gift_id, with_for_update=True, populate_existing=True
    )
    if promise is not None and promise.state == PROMISE_PENDING:
        promise.move(ABANDONED)
