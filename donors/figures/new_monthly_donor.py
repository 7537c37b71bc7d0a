"""Who is counted as a new monthly donor of a drive: kept rows, brought to what new_monthly.judge says."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import clock
from core.db import Model, UtcDateTime, db
from donors.figures import drive_total, new_monthly
from donors.figures.counted_promise import CountedPromise, lose_promise, regain_promise
from donors.figures.new_monthly import Verdict
from donors.people.donor import Donor
from donors.recurring.recurring_gift import RecurringGift

#: Why a row counts no more where nothing ended: the person is known under another donor now, or was not new.
RECOUNTED = "recounted"


class NewMonthlyDonor(Model):
    """A donor who began to give monthly in a drive's window; at most once per drive, and why not any more."""

    __tablename__ = "new_monthly_donor"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), primary_key=True)
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id), index=True)
    position: Mapped[int] = mapped_column()
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Refunded or cancelled inside the window, or recounted.
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_because: Mapped[str] = mapped_column(Text, default="")


def recount(drive: Drive, donor_id: str) -> None:
    """Bring what is kept of one donor in one drive to what the facts say. Doing it again changes nothing."""
    drive_total.count(drive.id)  # takes the row's lock, so that two donors do not get one position
    verdict = new_monthly.chosen(new_monthly.judge(drive, [donor_id]))
    row = db.session.get(NewMonthlyDonor, (drive.id, donor_id), with_for_update=True, populate_existing=True)
    was_counted = row is not None and row.lost_at is None
    if row is None:
        if verdict is None:
            return
        row = _new_row(drive.id, donor_id, verdict)
    if verdict is not None:
        row.recurring_gift_id = verdict.recurring_gift_id
        row.counted_at = verdict.first_paid_at or row.counted_at
        row.lost_at, row.lost_because = (verdict.at, verdict.rule) if verdict.is_lost else (None, "")
    elif was_counted:
        row.lost_at, row.lost_because = clock.now(), RECOUNTED
    db.session.flush()
    change = (row.lost_at is None) - was_counted
    if change:
        drive_total.count(drive.id, new_monthly_donors=change)


def _new_row(drive_id: str, donor_id: str, verdict: Verdict) -> NewMonthlyDonor:
    """A row with the place of its recurring gift, if that was counted for somebody before, or else the next."""
    rows = select(NewMonthlyDonor.position).where(NewMonthlyDonor.drive_id == drive_id)
    same = rows.where(NewMonthlyDonor.recurring_gift_id == verdict.recurring_gift_id)
    position = db.session.scalar(same.limit(1))
    if position is None:
        last = select(func.max(NewMonthlyDonor.position)).where(NewMonthlyDonor.drive_id == drive_id)
        position = (db.session.scalar(last) or 0) + 1
    row = NewMonthlyDonor(
        drive_id=drive_id,
        donor_id=donor_id,
        recurring_gift_id=verdict.recurring_gift_id,
        position=position,
        counted_at=verdict.first_paid_at,
        lost_because="",
    )
    db.session.add(row)
    return row


def lose(recurring_gift_id: str, *, at: datetime, because: str) -> None:
    """Take one off, and what the promise brought a month, when it was cancelled or refunded inside the window."""
    lose_promise(recurring_gift_id, at=at, because=because)
    _recount_promise(recurring_gift_id)


def regain(recurring_gift_id: str, *, because: str) -> None:
    """Count one again whose loss, for this reason, is undone."""
    regain_promise(recurring_gift_id, because=because)
    _recount_promise(recurring_gift_id)


def _recount_promise(recurring_gift_id: str) -> None:
    counted = db.session.get(CountedPromise, recurring_gift_id)
    promise = db.session.get(RecurringGift, recurring_gift_id)
    if counted is not None and promise is not None and promise.rhythm == "month":
        recount(db.session.get_one(Drive, counted.drive_id), promise.donor_id)
