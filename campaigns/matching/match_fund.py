"""A match fund: a sponsor's promise to add to the gifts of a drive, in a ratio, up to a cap, within a window.

What was promised is no money yet: it is never raised, and stands apart until the sponsor has paid it
(docs/decisions/0021). The kept sums move under the row's lock, and the database refuses more than the cap.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.money import Money

MOST_PARTS = 100

SCHEDULED, OPEN, USED_UP, OVER, ENDED = "scheduled", "open", "used_up", "over", "ended"
STATES = (SCHEDULED, OPEN, USED_UP, OVER, ENDED)


class MatchFund(Model):
    __tablename__ = "match_fund"
    __table_args__ = (
        CheckConstraint("cap_minor > 0", name="cap"),
        CheckConstraint(
            "0 <= confirmed_minor AND confirmed_minor <= taken_minor AND taken_minor <= cap_minor",
            name="kept",
        ),
        CheckConstraint("paid_minor >= 0 AND paid_minor <= cap_minor", name="paid"),
        CheckConstraint("match_parts BETWEEN 1 AND 100 AND gift_parts BETWEEN 1 AND 100", name="ratio"),
        CheckConstraint("most_per_gift_minor IS NULL OR most_per_gift_minor > 0", name="most_per_gift"),
        CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="window"),
        Index("ix_match_fund_drive", "drive_id", "position"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("match"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    #: Who pays, in words that the public reads.
    sponsor: Mapped[str] = mapped_column(Text)
    #: The drive's.
    currency: Mapped[str] = mapped_column(String(3))
    cap_minor: Mapped[int] = mapped_column(BigInteger)
    #: The sponsor adds `match_parts` for each `gift_parts` given: 2 and 1 is "2:1".
    match_parts: Mapped[int] = mapped_column(default=1)
    gift_parts: Mapped[int] = mapped_column(default=1)
    #: The most that is added to one gift; None is no limit but the cap.
    most_per_gift_minor: Mapped[int | None] = mapped_column(BigInteger)
    #: Half open: `opens_at <= t < closes_at`; without an end it lasts as long as the drive.
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Which of a drive's funds is asked first.
    position: Mapped[int] = mapped_column(default=0)
    #: Reserved for gifts and not released: those that are not paid yet, and those that are.
    taken_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Of what is taken, what belongs to gifts that are paid: the sponsor owes it.
    confirmed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    #: What the sponsor has paid.
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Since then ratio, window's beginning and maximum per gift stay as they are.
    first_matched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Ended by hand, before its time.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Counts edits, so that the second of two people is shown what changed. Gifts do not count it up.
    version: Mapped[int] = mapped_column(default=1)

    @property
    def cap(self) -> Money:
        return Money(self.cap_minor, self.currency)

    @property
    def ratio(self) -> str:
        return f"{self.match_parts}:{self.gift_parts}"

    @property
    def match_unit(self) -> Money:
        """What is added for each `gift_unit`: the ratio as money."""
        return Money.of(Decimal(self.match_parts), self.currency)

    @property
    def gift_unit(self) -> Money:
        return Money.of(Decimal(self.gift_parts), self.currency)

    @property
    def left(self) -> Money:
        """What gifts to come can still be matched with."""
        return Money(self.cap_minor - self.taken_minor, self.currency)

    @property
    def taken(self) -> Money:
        return Money(self.taken_minor, self.currency)

    @property
    def confirmed(self) -> Money:
        return Money(self.confirmed_minor, self.currency)

    @property
    def waiting(self) -> Money:
        """Reserved for gifts that are not paid yet."""
        return self.taken - self.confirmed

    @property
    def paid(self) -> Money:
        return Money(self.paid_minor, self.currency)

    @property
    def owed(self) -> Money:
        """What the sponsor still owes for gifts that are paid; below zero where it paid ahead."""
        return self.confirmed - self.paid

    @property
    def most_per_gift(self) -> Money | None:
        return None if self.most_per_gift_minor is None else Money(self.most_per_gift_minor, self.currency)

    @property
    def ends_at(self) -> datetime | None:
        """The first instant that is not matched any more."""
        instants = [each for each in (self.closes_at, self.ended_at) if each is not None]
        return min(instants) if instants else None

    def state(self, at: datetime) -> str:
        """`scheduled`, `open`, `used_up`, `over` (its window has closed) or `ended` (by hand)."""
        if self.ended_at is not None and self.ended_at <= at:
            return ENDED
        if self.closes_at is not None and self.closes_at <= at:
            return OVER
        if at < self.opens_at:
            return SCHEDULED
        return OPEN if self.taken_minor < self.cap_minor else USED_UP

    def match_of(self, gift_minor: int) -> int:
        """What the ratio adds to that much of a gift, rounded down to the minor unit."""
        return gift_minor * self.match_parts // self.gift_parts

    def matched_by(self, match_minor: int) -> int:
        """How much of a gift that much of match uses, rounded up: no cent of a gift is matched twice."""
        return -(-match_minor * self.gift_parts // self.match_parts)


def match_funds_of(drive_id: str) -> Select[MatchFund]:
    """The match funds of a drive, in the order in which they are asked."""
    query = select(MatchFund).where(MatchFund.drive_id == drive_id)
    return query.order_by(MatchFund.position, MatchFund.id)


def lock_match_funds(match_fund_ids: Iterable[str]) -> Sequence[MatchFund]:
    """These match funds, locked until the transaction ends, with what is in the database now.

    Always in the order of their ids, so that two transactions do not wait for each other; and without keeping
    others from referring to them.
    """
    wanted = sorted(set(match_fund_ids))
    if not wanted:
        return []
    query = select(MatchFund).where(MatchFund.id.in_(wanted)).order_by(MatchFund.id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(query).all()
