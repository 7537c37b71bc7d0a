"""What was known of a gift when it was begun: where it came from, and what looked wrong."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Id, Model, UtcDateTime
from donors.gifts.gift import Gift

#: What may look wrong with a gift.
HASTY, RESTLESS, DECLINED_BEFORE, DRIVE_TESTED, CARD_BLOCKED = (
    *("hasty", "restless", "declined_before", "drive_tested"),
    "card_blocked",
)


class Screening(Model):
    """One row for each gift begun by a donor. Marks are keyed digests: no address can be read from them."""

    __tablename__ = "gift_screening"
    __table_args__ = (Index("ix_gift_screening_flagged", "organisation_id", "flagged_at"),)

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    drive_id: Mapped[str] = mapped_column(Id)
    #: Empty where the gift came through the API.
    address_mark: Mapped[str] = mapped_column(Text, default="")
    email_mark: Mapped[str] = mapped_column(Text)
    #: Codes with commas between them; empty for nearly all gifts.
    suspicions: Mapped[str] = mapped_column(Text, default="")
    #: The card is only authorised, and staff decides whether the money is taken.
    is_held: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Its first success at Stripe, after which its tries count against nobody.
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Paid, and only then found to be suspicious.
    flagged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_suspicious(self) -> bool:
        """Haste alone is no reason to hold a gift: browsers fill in forms by themselves."""
        return bool(set(self.codes) - {HASTY})

    @property
    def codes(self) -> list[str]:
        return self.suspicions.split(",") if self.suspicions else []

    def add(self, code: str) -> None:
        self.suspicions = ",".join([*self.codes, code]) if code not in self.codes else self.suspicions
