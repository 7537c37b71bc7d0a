"""What happens when a payment fails: retries on fixed days, then the recurring gift lapses.

We drive the retries ourselves (docs/decisions/): the days are the same whatever a Stripe account is set to,
and staff sees when the next one is. The days count from the first failure of an unbroken row of failures.
"""

from datetime import datetime, timedelta

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from donors.figures import new_monthly_donor
from donors.receipts import recurring_letters
from donors.recurring import instalment, standing
from donors.recurring.instalment import Instalment
from donors.recurring.pause import Pause
from donors.recurring.recurring_gift import ENDED, LAPSED, Cancellation, RecurringGift

RETRY_DAYS = (1, 3, 7, 13)
#: The reason of an end that nobody asked for.
PAYMENTS_FAILED = "payments_failed"


def note_failure(promise: RecurringGift, row: Instalment) -> None:
    """A payment of a locked promise did not go through; the first time, its donor is told."""
    if promise.state in ENDED or promise.failing_since is not None:
        return
    now = clock.now()
    promise.failing_since, promise.retries = now, 0
    promise.next_attempt_at = _retry_at(now, 0)
    standing.restand(promise)
    recurring_letters.payment_failed(promise, row)


def note_retry(promise: RecurringGift, retry: int) -> None:
    """The retry with this number (from 0) was made and Stripe has answered; what comes next, if it failed."""
    if promise.failing_since is None or promise.retries != retry or promise.state in ENDED:
        return
    promise.retries = retry + 1
    if promise.retries < len(RETRY_DAYS):
        promise.next_attempt_at = _retry_at(promise.failing_since, promise.retries)
    else:
        lapse(promise, clock.now())


def _retry_at(since: datetime, retry: int) -> datetime:
    return since + timedelta(days=RETRY_DAYS[retry])


def lapse(promise: RecurringGift, at: datetime) -> None:
    """End a locked promise whose payments went through no more. Stripe is told from the cancellation."""
    if promise.state in ENDED:
        return
    asked = db.session.query(Cancellation).filter_by(recurring_gift_id=promise.id).one_or_none()
    if asked is None:
        row = Cancellation(
            recurring_gift_id=promise.id, asked_by="system", reason=PAYMENTS_FAILED, asked_at=at
        )
        db.session.add(row)
    end(promise, LAPSED, at)
    recurring_letters.lapsed(promise)


def end(promise: RecurringGift, state: str, at: datetime) -> None:
    """Move a locked promise to its end: nothing more is due, and what is open is never charged."""
    promise.move(state)
    promise.cancelled_at, promise.next_due_on = at, None
    standing.close_open_instalments(promise, instalment.LAPSED)
    standing.recover(promise)
    db.session.query(Pause).filter_by(recurring_gift_id=promise.id, ended_at=None).update({"ended_at": at})
    drive = db.session.get_one(Drive, promise.drive_id)
    if drive.is_open(at):
        new_monthly_donor.lose(promise.id, at=at, because=state)
