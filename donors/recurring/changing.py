"""Use cases of a recurring gift: another amount or day, a pause, a skip. Each writes a version.

The promise is locked by the caller, who tells Stripe after the commit (promises_at_stripe.send_version).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.money import Money
from donors.gifts import fee_cover
from donors.gifts.limits import check_amount, limits_of
from donors.recurring import instalment, standing, version
from donors.recurring.pause import LONGEST_PAUSE_MONTHS, PAUSE, SKIP, Pause
from donors.recurring.recurring_gift import ENDED, HELD, RUNNING, RecurringGift
from donors.recurring.version import Version
from donors.recurring.versioning import write_version


@dataclass(frozen=True)
class Asked:
    """Who wants it: `donor`, or a staff member's or token's label, then with what the donor said."""

    by: str = "donor"
    reason: str = ""


def change_amount(promise: RecurringGift, amount: Money, asked: Asked) -> Version:
    """Another amount from the next payment on; nothing is charged or given back for this period.

    A covered fee is worked out anew. Raises Conflict, Invalid naming `amount`.
    """
    _require_running(promise)
    drive = db.session.get_one(Drive, promise.drive_id)
    if amount.currency != promise.currency:
        raise Invalid({"amount": [_("This gift is in %(currency)s.", currency=promise.currency)]})
    check_amount(drive, amount)
    if amount == promise.amount:
        raise Invalid({"amount": [_("That is the amount it has now.")]})
    was_minor = promise.amount_minor
    if promise.fee_cover_minor:
        promise.fee_cover_minor = fee_cover.cover(amount, promise.method).minor
    promise.amount = amount
    return _write(promise, version.AMOUNT, asked, was_minor=was_minor)


def is_within_limits(promise: RecurringGift, amount: Money) -> bool:
    """Whether the drive takes such an amount."""
    least, most = limits_of(db.session.get_one(Drive, promise.drive_id))
    return least <= amount <= most


def change_day(promise: RecurringGift, day: int, asked: Asked) -> Version:
    """Another day of the month (1 to 28) from the next payment on. Raises Conflict, Invalid naming `day`."""
    _require_running(promise)
    if promise.rhythm == "week":
        raise Conflict("no_day", _("A weekly gift has no day of the month."))
    if promise.next_due_on is None:
        raise Conflict("not_due", _("The next payment is not known yet. Try again in a minute."))
    if not 1 <= day <= 28:
        raise Invalid({"day": [_("Choose a day from 1 to 28.")]})
    if day == promise.next_due_on.day:
        raise Invalid({"day": [_("That is the day it has now.")]})
    if standing.open_pause(promise.id) is not None:
        raise Conflict("paused", _("Let the payments go on first, then change the day."))
    promise.next_due_on = _same_month_or_next(promise.next_due_on, day)
    return _write(promise, version.DAY, asked)


def _same_month_or_next(due: date, day: int) -> date:
    """In the month in which the payment is due anyway, so that no month is charged twice or left out."""
    moved = due.replace(day=day)
    return moved if moved > clock.today() else months_after(moved, 1)


def pause(promise: RecurringGift, months: int, asked: Asked) -> Version:
    """No payment for 1 to 12 months from today. Raises Conflict, Invalid naming `months`."""
    _require_running(promise)
    if not 1 <= months <= LONGEST_PAUSE_MONTHS:
        raise Invalid({"months": [_("Pause for 1 to 12 months.")]})
    _require_unpaused(promise)
    today = clock.today()
    _open(promise, PAUSE, today, months_after(today, months))
    standing.close_open_instalments(promise, instalment.PAUSED)
    standing.recover(promise)
    standing.restand(promise)
    return _write(promise, version.PAUSED, asked)


def skip(promise: RecurringGift, asked: Asked) -> Version:
    """Leave the next payment out. Raises Conflict."""
    _require_running(promise)
    _require_unpaused(promise)
    due = promise.next_due_on
    if due is None or due <= clock.today():
        raise Conflict("not_due", _("The next payment is not known yet. Try again in a minute."))
    _open(promise, SKIP, due, due + timedelta(days=1))
    return _write(promise, version.SKIPPED, asked)


def resume(promise: RecurringGift, asked: Asked) -> Version:
    """Let payments go on before the pause or the skip is over. Raises Conflict `not_paused`."""
    _require_running(promise)
    found = standing.open_pause(promise.id)
    if found is None:
        raise Conflict("not_paused", _("No payment is paused or skipped."))
    found.ended_at = clock.now()
    db.session.flush()
    standing.restand(promise)
    return _write(promise, version.RESUMED, asked)


def _open(promise: RecurringGift, kind: str, starts_on: date, resumes_on: date) -> None:
    db.session.add(
        Pause(
            recurring_gift_id=promise.id,
            kind=kind,
            starts_on=starts_on,
            resumes_on=resumes_on,
            asked_at=clock.now(),
        )
    )
    db.session.flush()


def _write(promise: RecurringGift, kind: str, asked: Asked, was_minor: int | None = None) -> Version:
    return write_version(promise, kind, asked_by=asked.by, reason=asked.reason, was_minor=was_minor)


def _require_running(promise: RecurringGift) -> None:
    if promise.state in ENDED:
        raise Conflict("already_cancelled", _("This recurring gift has ended already."))
    if promise.state == HELD:
        raise Conflict(
            "held", _("A bank is looking at a payment of this gift. It can be ended, not changed.")
        )
    if promise.state not in RUNNING:
        raise Conflict("not_begun", _("This recurring gift has not begun yet."))


def _require_unpaused(promise: RecurringGift) -> None:
    if standing.open_pause(promise.id) is not None:
        raise Conflict("already_paused", _("A pause or a skip is open already. Let it go on first."))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
