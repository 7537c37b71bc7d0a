"""Kept counts of a drive: gifts, donors, and what came in day by day (new monthly donors: new_monthly_donor.py).

Raised money is not kept here: the ledger's totals are the one source (campaigns/funds/ledger.py). Counts move in
the same transaction as the ledger group, and `verify` recomputes them from the gifts.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from campaigns.funds.ledger import NO_DRIVE, RAISED, LedgerTotal
from core.db import Model, add_to_rows, db, upsert_add
from core.gathering import gather
from donors.figures.drive_total import DriveTotal
from donors.figures.drive_total import count as _count
from donors.figures.new_monthly_donor import NewMonthlyDonor
from donors.gifts.gift import RECEIVED, Gift
from donors.people.donor import Donor

#: Drive, donor, day of the drive's zone, minor units.
Counted = tuple[str, str, date, int]


class DriveDonor(Model):
    """How many counted gifts of one donor stand in a drive; a donor counts while there is one."""

    __tablename__ = "drive_donor"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), primary_key=True)
    gifts: Mapped[int] = mapped_column(default=0)


class DriveDay(Model):
    """What came in on one day of the drive's zone, refunds taken off on the day they were made."""

    __tablename__ = "drive_day"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    on_day: Mapped[date] = mapped_column(Date, primary_key=True)
    raised_minor: Mapped[int] = mapped_column(BigInteger, default=0)


def add_gift(drive: Drive, gift: Gift) -> None:
    """Count a gift that has just settled and counts toward the drive."""
    assert gift.paid_at is not None
    gather(add_gifts, counted(drive, gift.donor_id, gift.paid_at, gift.amount_minor))


def counted(drive: Drive, donor_id: str, paid_at: datetime, minor: int) -> Counted:
    """A gift that counts toward the drive, as far as counting needs it."""
    return drive.id, donor_id, _day(drive, paid_at), minor


def add_gifts(gifts: list[Counted]) -> None:
    """Count gifts that have just settled, a statement for each kind of counter."""
    _move_gifts(gifts, 1)


def take_off_gifts(gifts: list[Counted]) -> None:
    """As if these had never been counted: each is taken off the day on which it was paid."""
    _move_gifts(gifts, -1)


def _move_gifts(gifts: list[Counted], sign: int) -> None:
    by_donor = Counter((drive_id, donor_id) for drive_id, donor_id, _on_day, _minor in gifts)
    days: Counter[tuple[str, date]] = Counter()
    for drive_id, _donor_id, on_day, minor in gifts:
        days[drive_id, on_day] += sign * minor
    changes = [
        {"drive_id": drive_id, "donor_id": donor_id, "gifts": sign * count}
        for (drive_id, donor_id), count in by_donor.items()
    ]
    people: Counter[str] = Counter()
    for row in add_to_rows(DriveDonor, ("drive_id", "donor_id"), ("gifts",), changes):
        # The first that stands brings its donor, the last that goes takes them off.
        people[row.drive_id] += row.gifts == (by_donor[row.drive_id, row.donor_id] if sign > 0 else 0)
    for drive_id, count in sorted(Counter(each[0] for each in gifts).items()):
        _count(drive_id, gifts=sign * count, donors=sign * people[drive_id])
    rows = [
        {"drive_id": drive_id, "on_day": on_day, "raised_minor": minor}
        for (drive_id, on_day), minor in days.items()
    ]
    add_to_rows(DriveDay, ("drive_id", "on_day"), ("raised_minor",), rows)


def take_off_refund(drive: Drive, gift: Gift, *, at: datetime, gift_part_minor: int, is_whole: bool) -> None:
    """Take off a refund; the gift and perhaps its donor stop counting when all of it went back."""
    _add_day(drive, at, -gift_part_minor)
    if not is_whole:
        return
    was_last = _count_of_donor(drive.id, gift.donor_id, -1) == 0
    _count(drive.id, gifts=-1, donors=-1 if was_last else 0)


def put_back(drive: Drive, gift: Gift, *, at: datetime, gift_part_minor: int, was_whole: bool) -> None:
    """The opposite of `take_off_refund`: a refund came back, so the gift stands again by that much."""
    _add_day(drive, at, gift_part_minor)
    if was_whole:
        is_first = _count_of_donor(drive.id, gift.donor_id, 1) == 1
        _count(drive.id, gifts=1, donors=1 if is_first else 0)


def move_gifts(drive_id: str, *, giver: str, taker: str, gifts: int) -> None:
    """So many counted gifts that stand are another donor's from now on; a donor counts while there is one."""
    left = _count_of_donor(drive_id, giver, -gifts)
    now = _count_of_donor(drive_id, taker, gifts)
    _count(drive_id, donors=int(now == gifts) - int(left == 0))


def standing_gifts(drive_ids: Collection[str], donor_id: str) -> dict[str, int]:
    """How many counted gifts of one donor stand, by drive, where there is one."""
    query = select(DriveDonor.drive_id, DriveDonor.gifts).where(
        DriveDonor.drive_id.in_(list(drive_ids)), DriveDonor.donor_id == donor_id, DriveDonor.gifts > 0
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _count_of_donor(drive_id: str, donor_id: str, change: int) -> int:
    """Move the donor's count; returns how many gifts of theirs stand now."""
    key = {"drive_id": drive_id, "donor_id": donor_id}
    return upsert_add(DriveDonor, key=key, add={"gifts": change})["gifts"]


def _add_day(drive: Drive, at: datetime, minor: int) -> None:
    _add_to_day(drive.id, _day(drive, at), minor)


def _add_to_day(drive_id: str, on_day: date, minor: int) -> None:
    upsert_add(DriveDay, key={"drive_id": drive_id, "on_day": on_day}, add={"raised_minor": minor})


def _day(drive: Drive, at: datetime) -> date:
    return at.astimezone(ZoneInfo(drive.zone)).date()


def verify() -> Iterator[str]:
    """A sentence for each kept count that differs from the gifts themselves, or from the ledger."""
    yield from _verify_totals()
    yield from _verify_donors()
    yield from _verify_days()


def _stands() -> ColumnElement[bool]:
    return Gift.counts.is_(True) & Gift.state.in_(RECEIVED)


def _verify_totals() -> Iterator[str]:
    counted = {
        row.drive_id: (row.gifts, row.donors)
        for row in db.session.execute(
            select(
                Gift.drive_id,
                func.count().label("gifts"),
                func.count(func.distinct(Gift.donor_id)).label("donors"),
            )
            .where(_stands())
            .group_by(Gift.drive_id)
        )
    }
    still = (
        select(NewMonthlyDonor.drive_id, func.count())
        .where(NewMonthlyDonor.lost_at.is_(None))
        .group_by(NewMonthlyDonor.drive_id)
    )
    monthly: dict[str, int] = {row[0]: row[1] for row in db.session.execute(still)}
    kept = {total.drive_id: total for total in db.session.scalars(select(DriveTotal))}
    for drive_id in sorted(counted.keys() | kept.keys() | monthly.keys()):
        total = kept.get(drive_id) or DriveTotal(gifts=0, donors=0, new_monthly_donors=0)
        found = (*counted.get(drive_id, (0, 0)), monthly.get(drive_id, 0))
        if found != (total.gifts, total.donors, total.new_monthly_donors):
            kept_counts = (total.gifts, total.donors, total.new_monthly_donors)
            yield f"{drive_id}: kept gifts, donors, new monthly {kept_counts}, gifts say {found}"


def _verify_donors() -> Iterator[str]:
    each = (Gift.drive_id, Gift.donor_id)
    rows = db.session.execute(select(*each, func.count()).where(_stands()).group_by(*each))
    counted = {(row[0], row[1]): row[2] for row in rows}
    kept = {(row.drive_id, row.donor_id): row.gifts for row in db.session.scalars(select(DriveDonor))}
    for key in sorted(counted.keys() | kept.keys()):
        if counted.get(key, 0) != kept.get(key, 0):
            yield f"{' '.join(key)}: kept {kept.get(key, 0)} gifts, there are {counted.get(key, 0)}"


def _verify_days() -> Iterator[str]:
    """What came in day by day adds up to what the ledger says was raised."""
    days = select(DriveDay.drive_id, func.sum(DriveDay.raised_minor)).group_by(DriveDay.drive_id)
    raised = (
        select(LedgerTotal.drive_id, -func.sum(LedgerTotal.balance_minor))
        .where(LedgerTotal.drive_id != NO_DRIVE, LedgerTotal.account.in_(RAISED))
        .group_by(LedgerTotal.drive_id)
    )
    kept, posted = ({row[0]: int(row[1]) for row in db.session.execute(query)} for query in (days, raised))
    for drive_id in sorted(kept.keys() | posted.keys()):
        if kept.get(drive_id, 0) != posted.get(drive_id, 0):
            yield f"{drive_id}: days add up to {kept.get(drive_id, 0)}, the ledger to {posted.get(drive_id, 0)}"
