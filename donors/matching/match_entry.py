"""What was looked at when a gift was matched, and each step of its match. Both are insert-only.

A look says what stood there at that moment: the funds in order, their terms, what was left of the cap, and what was
reserved. An entry moves the kept sums of a match fund: nothing reserved is ever changed or deleted, it is confirmed
or released by a row of its own.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.matching.match_fund import ENDED, OVER, SCHEDULED, USED_UP, MatchFund
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.money import Money
from donors.gifts.gift import Gift

RESERVED, CONFIRMED, RELEASED, RESTORED = "reserved", "confirmed", "released", "restored"
#: Why an entry was written.
STARTED, PAID, PAID_LATE, EXPIRED, FAILED = "started", "paid", "paid_late", "expired", "failed"
DOES_NOT_COUNT, REFUNDED, DISPUTE_LOST, CAME_BACK = (
    *("does_not_count", "refunded", "dispute_lost"),
    "came_back",
)
#: What a look found: matched in full, as far as the cap or the most per gift went, or why not.
MATCHED, PARTLY, LIMITED = "matched", "partly", "limited"
WHOLLY_MATCHED, TOO_SMALL = "wholly_matched", "too_small"
VERDICTS = (MATCHED, PARTLY, LIMITED, SCHEDULED, OVER, ENDED, USED_UP, WHOLLY_MATCHED, TOO_SMALL)


class MatchLook(Model):
    """One match fund as a gift found it. `round` 1 is the beginning of the gift; a later one, its late payment."""

    __tablename__ = "match_look"
    __table_args__ = (
        CheckConstraint("0 <= amount_minor AND amount_minor <= left_minor", name="amount"),
        UniqueConstraint("gift_id", "round", "match_fund_id"),
        Index("ix_match_look_match_fund", "match_fund_id", "at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("look"))
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id))
    match_fund_id: Mapped[str] = mapped_column(ForeignKey(MatchFund.id))
    round: Mapped[int] = mapped_column()
    #: The fund's place in the order, from 1.
    place: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    verdict: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    match_parts: Mapped[int] = mapped_column()
    gift_parts: Mapped[int] = mapped_column()
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The first instant that it would not have matched any more, as it stood then.
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    most_per_gift_minor: Mapped[int | None] = mapped_column(BigInteger)
    cap_minor: Mapped[int] = mapped_column(BigInteger)
    #: Of the cap, what was left before this gift.
    left_minor: Mapped[int] = mapped_column(BigInteger)
    #: Of the gift, what the funds before this one had not matched.
    gift_left_minor: Mapped[int] = mapped_column(BigInteger)
    #: What the ratio asked for, before cap and most per gift.
    wanted_minor: Mapped[int] = mapped_column(BigInteger)
    #: What was reserved.
    amount_minor: Mapped[int] = mapped_column(BigInteger)

    @property
    def ratio(self) -> str:
        return f"{self.match_parts}:{self.gift_parts}"

    @property
    def cap(self) -> Money:
        return Money(self.cap_minor, self.currency)

    @property
    def left(self) -> Money:
        return Money(self.left_minor, self.currency)

    @property
    def gift_left(self) -> Money:
        return Money(self.gift_left_minor, self.currency)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class MatchEntry(Model):
    """A step of a gift's match with one fund, and by how much it moved the fund's kept sums."""

    __tablename__ = "match_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('reserved','confirmed','released','restored')", name="kind"),
        CheckConstraint(
            "(kind = 'reserved' AND taken_minor > 0 AND confirmed_minor = 0)"
            " OR (kind = 'confirmed' AND taken_minor = 0 AND confirmed_minor > 0)"
            " OR (kind = 'released' AND taken_minor < 0 AND confirmed_minor IN (0, taken_minor))"
            " OR (kind = 'restored' AND taken_minor > 0 AND confirmed_minor = taken_minor)",
            name="moves",
        ),
        Index("ix_match_entry_gift", "gift_id", "id"),
        Index("ix_match_entry_match_fund", "match_fund_id", "id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id))
    match_fund_id: Mapped[str] = mapped_column(ForeignKey(MatchFund.id))
    round: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(Text)
    because: Mapped[str] = mapped_column(Text)
    #: The refund behind it, where there is one.
    source: Mapped[str] = mapped_column(Id, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    currency: Mapped[str] = mapped_column(String(3))
    taken_minor: Mapped[int] = mapped_column(BigInteger)
    confirmed_minor: Mapped[int] = mapped_column(BigInteger)

    @property
    def amount(self) -> Money:
        """How much the step was about, above zero."""
        return Money(abs(self.taken_minor) or self.confirmed_minor, self.currency)
