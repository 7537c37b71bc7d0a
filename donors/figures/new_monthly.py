"""Who is a new monthly donor, and which rule says so: the one place where it is decided.

A verdict is read from facts alone: when instalments were paid, whether they counted, and what was lost inside the
window. It does not matter in which order the news of them came, or whether two donors were merged in between.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.drives.goal import NEW_MONTHLY_DONORS, Goal
from core import clock
from core.db import db
from donors.figures.counted_promise import CountedPromise
from donors.gifts.gift import REFUNDED, Gift
from donors.recurring.recurring_gift import RecurringGift

DEFAULT_MONTHS = 12

# Rules by which somebody counts.
FIRST, ONE_TIME_ONLY, RETURNED = "first", "one_time_only", "returned"
IN_GRACE, ENDED_LATER = "in_grace", "ended_later"
COUNTED = (FIRST, ONE_TIME_ONLY, RETURNED, IN_GRACE, ENDED_LATER)
# Rules by which somebody counted and does so no more; the words of CountedPromise.lost_because.
CANCELLED, LAPSED, REFUNDED_INSIDE = "cancelled", "lapsed", "refunded"
LOST = (CANCELLED, LAPSED, REFUNDED_INSIDE)
# Rules by which somebody never counted.
NOT_PAID, RHYTHM, TOO_EARLY, TOO_LATE = "not_paid", "rhythm", "too_early", "too_late"
GRACE_EXCLUDED, GAVE_BEFORE, COUNTED_ONCE = "grace_excluded", "gave_before", "counted_once"
RULES = (*COUNTED, *LOST, NOT_PAID, RHYTHM, TOO_EARLY, TOO_LATE, GRACE_EXCLUDED, GAVE_BEFORE, COUNTED_ONCE)


@dataclass(frozen=True)
class Verdict:
    """What one recurring gift is for its drive. `at` is the instant that the rule's sentence names, if any."""

    recurring_gift_id: str
    rule: str
    months: int
    rhythm: str
    first_paid_at: datetime | None = None
    at: datetime | None = None

    @property
    def is_counted(self) -> bool:
        return self.rule in COUNTED

    @property
    def is_lost(self) -> bool:
        return self.rule in LOST


@dataclass(frozen=True)
class _Paid:
    """One paid gift of the donor: an instalment where it has a recurring gift."""

    recurring_gift_id: str | None
    gift_id: str
    paid_at: datetime
    started_at: datetime
    counts: bool
    state: str

    @property
    def place(self) -> tuple[datetime, str]:
        return self.paid_at, self.gift_id


@dataclass(frozen=True)
class _Case:
    """All that is known of one person and one drive."""

    drive: Drive
    months: int
    paid: Sequence[_Paid]
    firsts: dict[str, _Paid]
    lost: dict[str, CountedPromise]

    def order(self, promise: RecurringGift) -> tuple[bool, tuple[datetime, str]]:
        first = self.firsts.get(promise.id)
        return first is None, first.place if first else (promise.started_at, promise.id)


def explain(promise: RecurringGift) -> Verdict:
    """The verdict on one recurring gift, as it stands now."""
    drive = db.session.get_one(Drive, promise.drive_id)
    return next(each for each in judge(drive, [promise.donor_id]) if each.recurring_gift_id == promise.id)


def judge(drive: Drive, donor_ids: Collection[str]) -> list[Verdict]:
    """Verdicts on all recurring gifts to a drive of one person, who is known under these ids; those that were
    paid first come first. At most one of them counts."""
    promises = db.session.scalars(
        select(RecurringGift).where(
            RecurringGift.drive_id == drive.id, RecurringGift.donor_id.in_(list(donor_ids))
        )
    ).all()
    paid = _paid_by(donor_ids)
    lost = _losses(each.id for each in promises)
    case = _Case(drive, _lookback(drive.id), paid, _firsts(paid), lost)
    found: list[Verdict] = []
    for promise in sorted(promises, key=case.order):
        found.append(_decide(case, promise, found))
    return found


def chosen(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The recurring gift by which a person is counted in a drive, or was until it was lost inside the window."""
    known = list(verdicts)
    counted = next((each for each in known if each.is_counted), None)
    return counted or next((each for each in known if each.is_lost), None)


def _decide(case: _Case, promise: RecurringGift, before: Sequence[Verdict]) -> Verdict:
    """`before`: the verdicts on what the same person promised sooner."""
    blank = Verdict(promise.id, NOT_PAID, case.months, promise.rhythm)
    first = case.firsts.get(promise.id)
    if first is None:
        return blank
    this = replace(blank, first_paid_at=first.paid_at)
    if promise.rhythm != "month":
        return replace(this, rule=RHYTHM)
    if not first.counts:
        return replace(this, rule=_why_outside(case.drive, first), at=first.paid_at)
    standing = next((each for each in before if each.is_counted), None)
    if standing is not None:
        return replace(this, rule=COUNTED_ONCE, at=standing.first_paid_at)
    blocking = _earlier_instalment(case, first)
    if blocking is not None:
        return replace(this, rule=GAVE_BEFORE, at=blocking.paid_at)
    loss = case.lost.get(promise.id)
    if loss is not None and loss.lost_at is not None:
        return replace(this, rule=loss.lost_because, at=loss.lost_at)
    return _why_counted(case, promise, this, first)


def _why_counted(case: _Case, promise: RecurringGift, this: Verdict, first: _Paid) -> Verdict:
    """Which of the rules it took for this one to count, the most particular first."""
    if promise.cancelled_at is not None or first.state == REFUNDED:
        return replace(this, rule=ENDED_LATER, at=promise.cancelled_at)
    if not case.drive.is_open(first.paid_at):
        return replace(this, rule=IN_GRACE, at=first.paid_at)
    earlier = [each for each in case.paid if each.place < first.place]
    instalments = [each for each in earlier if each.recurring_gift_id not in (None, promise.id)]
    if instalments:
        return replace(this, rule=RETURNED, at=instalments[-1].paid_at)
    return replace(this, rule=ONE_TIME_ONLY if earlier else FIRST)


def _why_outside(drive: Drive, first: _Paid) -> str:
    if first.paid_at < drive.opens_at:
        return TOO_EARLY
    ends_at = drive.ends_at
    in_grace = ends_at is not None and first.paid_at < ends_at + timedelta(minutes=drive.grace_minutes)
    return GRACE_EXCLUDED if in_grace and drive.is_open(first.started_at) else TOO_LATE


def _earlier_instalment(case: _Case, first: _Paid) -> _Paid | None:
    """The last instalment of another recurring gift in the months before; the first instant of them is not in."""
    since = clock.months_before(first.paid_at, case.months)
    earlier = [
        each
        for each in case.paid
        if each.recurring_gift_id not in (None, first.recurring_gift_id)
        and since < each.paid_at
        and each.place < first.place
    ]
    return earlier[-1] if earlier else None


def _paid_by(donor_ids: Collection[str]) -> list[_Paid]:
    columns = (Gift.recurring_gift_id, Gift.id, Gift.paid_at, Gift.started_at, Gift.counts, Gift.state)
    query = select(*columns).where(Gift.donor_id.in_(list(donor_ids)), Gift.paid_at.is_not(None))
    rows: Any = db.session.execute(query.order_by(Gift.paid_at, Gift.id))
    return [_Paid(*row) for row in rows]


def _firsts(paid: Sequence[_Paid]) -> dict[str, _Paid]:
    found: dict[str, _Paid] = {}
    for each in paid:
        if each.recurring_gift_id is not None:
            found.setdefault(each.recurring_gift_id, each)
    return found


def _losses(recurring_gift_ids: Iterable[str]) -> dict[str, CountedPromise]:
    query = select(CountedPromise).where(CountedPromise.recurring_gift_id.in_(list(recurring_gift_ids)))
    return {each.recurring_gift_id: each for each in db.session.scalars(query)}


def _lookback(drive_id: str) -> int:
    months = db.session.scalar(
        select(Goal.lookback_months).where(Goal.drive_id == drive_id, Goal.metric == NEW_MONTHLY_DONORS)
    )
    return DEFAULT_MONTHS if months is None else months
