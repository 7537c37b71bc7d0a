"""Donors of two drives with gifts and promises in any mixture, settled by the product; and all that is counted."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock, ids
from donors.figures import new_monthly_donor, progress, tally
from donors.figures.new_monthly_donor import NewMonthlyDonor
from donors.figures.tally import DriveDonor
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.people import consent
from donors.people.donor import Donor
from donors.recurring import failing
from donors.recurring.recurring_gift import ENDED, RecurringGift
from donors.stripe_gateway import Payment, StripeRefund
from tests.donors.conftest import usd

#: What may happen, in any order: (what, which donor, which drive, how many days from the newer drive's opening on).
happening = st.tuples(
    st.sampled_from(("once", "month", "week", "again", "refund", "refund_part", "end", "agree", "refuse")),
    st.integers(0, 1),
    st.integers(0, 1),
    st.integers(-500, 40),
)
happenings = st.lists(happening, min_size=1, max_size=12)


@dataclass
class World:
    session: Session
    drives: list[Drive]
    donors: list[Donor]
    gifts: list[Gift] = field(default_factory=list)
    promises: list[RecurringGift] = field(default_factory=list)

    def live(self, events: list[tuple[str, int, int, int]]) -> None:
        for what, who, where, day in events:
            at = self.drives[1].opens_at + timedelta(days=day)
            self._happen(what, self.donors[who], self.drives[where], at)

    def _happen(self, what: str, donor: Donor, drive: Drive, at: datetime) -> None:
        if what in ("month", "week"):
            self.promises.append(self._promise(donor, drive, what, at))
            self._pay(donor, drive, at, self.promises[-1])
        elif what == "once":
            self._pay(donor, drive, at, None)
        elif what == "again" and self.promises:
            promise = self.promises[-1]
            owner = self.session.get_one(Donor, promise.donor_id)
            self._pay(owner, self.session.get_one(Drive, promise.drive_id), at, promise)
        elif what.startswith("refund") and self.gifts:
            self._refund(self.gifts[-1], at, whole=what == "refund")
        elif what == "end" and self.promises and self.promises[-1].state not in ENDED:
            failing.end(self.promises[-1], "cancelled", at)
        elif what == "agree":
            consent.give(donor, organisation_id=donor.organisation_id, wording="News?", source="test")
            self.session.flush()
        elif what == "refuse":
            consent.take_back(donor.id, donor.organisation_id, source="test")

    def _promise(self, donor: Donor, drive: Drive, rhythm: str, at: datetime) -> RecurringGift:
        row = RecurringGift(
            id=ids.new_id("recur"),
            organisation_id=donor.organisation_id,
            drive_id=drive.id,
            donor_id=donor.id,
            rhythm=rhythm,
            fee_cover_minor=0,
            started_at=at,
        )
        row.amount = usd(1500)
        self.session.add(row)
        self.session.flush()
        return row

    def _pay(self, donor: Donor, drive: Drive, at: datetime, promise: RecurringGift | None) -> None:
        taken = {each.period_on for each in self.gifts if promise and each.recurring_gift_id == promise.id}
        if promise and at.date() in taken:
            return
        gift = Gift(
            id=ids.new_id("gift"),
            organisation_id=donor.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor.id,
            recurring_gift_id=promise.id if promise else None,
            period_on=at.date() if promise else None,
            fee_cover_minor=0,
            refunded_minor=0,
            started_at=at,
        )
        gift.amount = usd(1500)
        self.session.add(gift)
        self.session.flush()
        settling.apply_payment(gift, self._payment(gift, at))
        self.gifts.append(gift)

    def _refund(self, gift: Gift, at: datetime, *, whole: bool) -> None:
        left = gift.refundable.minor
        minor = left if whole else left // 2
        if minor and gift.paid_at:
            back = StripeRefund(ids.new_id("re"), None, usd(minor), "succeeded", at)
            settling.apply_payment(gift, self._payment(gift, gift.paid_at, back))

    def _payment(self, gift: Gift, at: datetime, *refunds: StripeRefund) -> Payment:
        return Payment(f"pi_{gift.id}", gift.id, True, at, gift.charged, usd(74), refunds)

    def figures(self) -> dict[str, Any]:
        """All that is counted of these donors, as it is kept."""
        drives = [each.id for each in self.drives]
        read = {each: progress.read(each) for each in drives}
        told = {name: found.as_json() | {"as_of": None} for name, found in read.items() if found is not None}
        gifts = select(DriveDonor).where(DriveDonor.drive_id.in_(drives), DriveDonor.gifts != 0)
        monthly = select(NewMonthlyDonor).where(
            NewMonthlyDonor.drive_id.in_(drives), NewMonthlyDonor.lost_at.is_(None)
        )
        return {
            "told": told,
            "gifts": sorted((e.drive_id, e.donor_id, e.gifts) for e in self.session.scalars(gifts)),
            "monthly": sorted(
                (e.drive_id, e.donor_id, e.recurring_gift_id, e.position)
                for e in self.session.scalars(monthly)
            ),
            "news": [consent.holds(each.id, each.organisation_id) for each in self.donors],
        }

    def recount(self) -> dict[str, Any]:
        """The same once every donor was counted anew; and the kept counts agree with the gifts."""
        for drive in self.drives:
            for donor in self.donors:
                new_monthly_donor.recount(drive, donor.id)
        assert list(tally.verify()) == []
        return self.figures()


def build(session: Session, drive: Drive) -> World:
    """The drive, open for six weeks by now, and one before it that closed a year ago; two donors who gave nothing."""
    now = clock.now()
    drive.opens_at = now - timedelta(days=42)
    older = Drive(
        **{
            name: getattr(drive, name)
            for name in (
                "campaign_id",
                "organisation_id",
                "fund_id",
                "title",
                "currency",
                "zone",
                "published_at",
            )
        },
        slug="older",
        opens_at=now - timedelta(days=500),
        closes_at=now - timedelta(days=365),
    )
    donors = [
        Donor(organisation_id=drive.organisation_id, email=email, name="Ana Lopez")
        for email in ("ana.lopez@example.org", "analopez@example.org")
    ]
    session.add_all([older, *donors])
    session.flush()
    return World(session, [older, drive], donors)
