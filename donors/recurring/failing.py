"""What happens when a payment fails: retries on fixed days, then the recurring gift lapses.

A bank account is asked again only where its bank had no money for it, and twice: the banks' rules allow no more, and
each try costs both sides (docs/decisions/0028). Whatever else its bank says, the donor has two weeks to name another
account or a card. While a bank has not answered, no day is set: what comes next is decided by its answer.

We drive the retries ourselves (docs/decisions/): the days are the same whatever a Stripe account is set to,
and staff sees when the next one is. The days count from the first failure of an unbroken row of failures.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from donors.figures import new_monthly_donor
from donors.gifts.debit import Debit
from donors.receipts import recurring_letters
from donors.recurring import instalment, standing
from donors.recurring.instalment import Instalment
from donors.recurring.pause import Pause
from donors.recurring.recurring_gift import CARD, ENDED, LAPSED, Cancellation, RecurringGift

RETRY_DAYS = (1, 3, 7, 13)
#: Of a bank account that had not enough money in it.
BANK_RETRY_DAYS = (3, 10)
#: After this a recurring gift lapses that nobody tries to collect any more.
LAPSES_AFTER = timedelta(days=13)
#: Refusals after which a bank may be asked again; one without a word may be anything.
WORTH_ASKING = ("insufficient_funds", "")
#: The reason of an end that nobody asked for.
PAYMENTS_FAILED = "payments_failed"


def note_failure(promise: RecurringGift, row: Instalment) -> None:
    """A payment of a locked promise did not go through; the first time, its donor is told."""
    if promise.state in ENDED:
        return
    if promise.failing_since is not None:
        if promise.next_attempt_at is None:  # a bank has answered
            _go_on(promise)
        return
    promise.failing_since, promise.retries = clock.now(), 0
    db.session.flush()
    _go_on(promise)
    standing.restand(promise)
    recurring_letters.payment_failed(promise, row, tries_on=retry_days(promise), why=refusal_of(promise))


def wait(promise: RecurringGift) -> None:
    """A bank was asked for an instalment of a locked promise: nothing is tried before it has answered."""
    promise.next_attempt_at = None


def retry_days(promise: RecurringGift) -> tuple[int, ...]:
    """On which days after the first failure it is tried again."""
    if promise.method == CARD:
        return RETRY_DAYS
    return BANK_RETRY_DAYS if refusal_of(promise) in WORTH_ASKING else ()


def refusal_of(promise: RecurringGift) -> str:
    """Why a bank refused the debit that is open, in Stripe's word; empty for cards."""
    query = (
        select(Debit.refusal)
        .join(Instalment, Instalment.gift_id == Debit.gift_id)
        .where(Instalment.recurring_gift_id == promise.id, Instalment.state == instalment.FAILED)
    )
    return db.session.scalar(query.order_by(Instalment.period_on.desc()).limit(1)) or ""


def begin_anew(promise: RecurringGift) -> None:
    """Another way to pay was named: it is tried at once, and if it fails too, from now on."""
    if promise.failing_since is not None:
        promise.failing_since, promise.retries, promise.next_attempt_at = clock.now(), 0, None


def is_tried(promise: RecurringGift) -> bool:
    """Whether the day that is set is one of a retry, and not the one on which it lapses."""
    return promise.retries < len(retry_days(promise))


def note_retry(promise: RecurringGift, retry: int) -> None:
    """The retry with this number (from 0) was made and Stripe has answered; what comes next, if it failed."""
    if promise.failing_since is None or promise.retries != retry or promise.state in ENDED:
        return
    promise.retries = retry + 1
    if not standing.is_waiting(promise.id):
        _go_on(promise)


def _go_on(promise: RecurringGift) -> None:
    """Set the day of the next retry; where none is left, the day on which it lapses, or lapse now."""
    assert promise.failing_since is not None
    now, days = clock.now(), retry_days(promise)
    if promise.retries < len(days):
        due = promise.failing_since + timedelta(days=days[promise.retries])
    else:
        due = promise.failing_since + LAPSES_AFTER
        if due <= now or promise.method == CARD:
            lapse(promise, now)
            return
    promise.next_attempt_at = max(due, now)


def lapse_if_due(promise: RecurringGift) -> None:
    """Nobody named another way to pay in time."""
    is_due = promise.next_attempt_at is not None and promise.next_attempt_at <= clock.now()
    if promise.failing_since is not None and is_due and not is_tried(promise):
        lapse(promise, clock.now())


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
