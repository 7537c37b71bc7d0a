"""A recurring gift is held while a dispute is open: nothing is charged, and nothing is caught up later."""

from sqlalchemy import select

from core import clock
from core.db import db, insert_once
from core.ids import new_id
from donors.recurring import instalment, standing, version
from donors.recurring.pause import Hold
from donors.recurring.recurring_gift import ENDED, RecurringGift
from donors.recurring.versioning import write_version


def hold(promise: RecurringGift, *, cause: str, asked_by: str = "stripe") -> None:
    """Hold a locked promise; `cause` is the dispute's id, and holds once. Stripe is told from the version.

    What another dispute holds already stays as it is: its donor has been told.
    """
    was_held = standing.is_held(promise.id)
    is_new = insert_once(
        Hold, id=new_id("hold"), recurring_gift_id=promise.id, cause=cause, began_at=clock.now()
    )
    if not is_new or was_held or promise.state in ENDED:
        return
    standing.close_open_instalments(promise, instalment.HELD)
    standing.recover(promise)
    standing.restand(promise)
    write_version(promise, version.HELD, asked_by=asked_by, reason=cause)


def release(promise: RecurringGift, *, cause: str, asked_by: str = "stripe") -> None:
    """The dispute is over. What fell due meanwhile stays uncharged; another dispute may still hold it."""
    query = select(Hold).where(
        Hold.recurring_gift_id == promise.id, Hold.cause == cause, Hold.released_at.is_(None)
    )
    found = db.session.scalars(query.with_for_update()).first()
    if found is None:
        return
    found.released_at = clock.now()
    db.session.flush()
    if promise.state in ENDED or standing.is_held(promise.id):
        return
    standing.restand(promise)
    write_version(promise, version.RELEASED, asked_by=asked_by, reason=cause)
