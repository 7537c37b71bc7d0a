"""A sign-in that lasts, and the device it was made on. Neither keeps a network address.

The browser's cookie names the session's row, so that ending the row ends the session wherever its cookie went.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from staff.account import User

#: How long a session lasts at most, and how long it may lie idle.
LASTS = timedelta(hours=12)
IDLE = timedelta(hours=3)
#: The same where the person asked to stay signed in on the device.
LASTS_LONG = timedelta(days=14)
#: Ended sessions can be looked at for this long.
KEPT = timedelta(days=30)


class KnownDevice(Model):
    """A browser in which a person has signed in before, known by a random cookie's digest."""

    __tablename__ = "known_device"
    __table_args__ = (Index("ix_known_device_account_digest", "account_id", "digest", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("dev"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64))
    #: "Firefox, Linux": enough to tell one's own devices apart.
    words: Mapped[str] = mapped_column(Text)
    first_seen_on: Mapped[date] = mapped_column()
    last_seen_on: Mapped[date] = mapped_column()


class SignedIn(Model):
    __tablename__ = "signed_in"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("ses"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    device_words: Mapped[str] = mapped_column(Text)
    #: Whether a one-time code, a recovery code or a passkey was part of it.
    is_strong: Mapped[bool] = mapped_column()
    stays: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Known to the quarter of an hour.
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[User] = relationship()

    @property
    def is_live(self) -> bool:
        now = clock.now()
        if self.ended_at is not None or now >= self.expires_at:
            return False
        return self.stays or now < self.used_at + IDLE
