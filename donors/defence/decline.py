"""A decline: one card that a bank refused on one of our payment pages."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Id, Model, UtcDateTime
from donors.gifts.gift import Gift


class Decline(Model):
    __tablename__ = "decline"

    #: Stripe's id of the failed charge, so that no event counts twice.
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), index=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    drive_id: Mapped[str] = mapped_column(Id)
    #: Stripe's fingerprint of the card, the same for every number of that card; empty where it gives none.
    card: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
