"""That a gift which staff had recorded was none after all: who said so, when and why. The gift, its receipt and its
ledger group stay; a second group takes the first one back."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime
from donors.gifts.gift import Gift

#: The bank did not pay the check or took the transfer back; it was typed wrongly; its batch was opened again, or
#: the file that brought it was taken back.
KINDS = ("bounced", "mistake", "reopened")
BOUNCED, MISTAKE, REOPENED = KINDS


class GiftVoid(Model):
    __tablename__ = "gift_void"
    __table_args__ = (CheckConstraint("kind IN ('bounced','mistake','reopened')", name="kind"),)

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    said_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
