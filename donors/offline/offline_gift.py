"""What is known of a gift that came without a checkout, beside the gift itself."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime
from donors.gifts.gift import Gift


class OfflineGift(Model):
    """One row for each gift whose channel is not the checkout, written with it."""

    __tablename__ = "offline_gift"

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    #: The day on which the organisation had it, where the organisation is.
    received_on: Mapped[date] = mapped_column(Date)
    #: The check's or the transfer's own number.
    number: Mapped[str] = mapped_column(Text, default="")
    #: For staff alone.
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
