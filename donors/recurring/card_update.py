"""A new card or bank account for a recurring gift: Stripe's page on which the donor types it, and whether they did."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from donors.recurring.recurring_gift import CARD, RecurringGift


class CardUpdate(Model):
    __tablename__ = "card_update"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("card"))
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id), index=True)
    method: Mapped[str] = mapped_column(Text, default=CARD, server_default=CARD)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    checkout_session_id: Mapped[str | None] = mapped_column(Text, unique=True)
    #: When it was noted; Stripe is told by the version that was written then.
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
