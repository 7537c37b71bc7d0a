"""A link by which somebody signs in to their gifts: asked for with an address, used once, within minutes.

Of the token in the link only a digest is kept. A row is written for every address that is typed, so that
asking takes the same time whether anybody gave from it or not.
"""

from datetime import datetime, timedelta

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime

GOOD_FOR = timedelta(minutes=15)


class SignInLink(Model):
    __tablename__ = "sign_in_link"
    __table_args__ = (Index("ix_sign_in_link_unsent", "sent_at", "asked_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("link"))
    #: Lower case, as typed by whoever asked.
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    #: `donor`, or the staff member's label.
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: When the mail was queued, or it was found that nobody gave from the address.
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_digest: Mapped[str | None] = mapped_column(Text, unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def is_good(self, at: datetime) -> bool:
        """Whether it still opens anything."""
        return self.used_at is None and self.sent_at is not None and at < self.sent_at + GOOD_FOR
