"""An early fraud warning: the card's issuer suspects a payment. A refund now usually averts a dispute."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Id, Model, UtcDateTime
from donors.gifts.gift import Gift


class FraudWarning(Model):
    __tablename__ = "fraud_warning"
    __table_args__ = (Index("ix_fraud_warning_organisation", "organisation_id", "warned_at"),)

    #: Stripe's id; a repeated event meets it here.
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), index=True)
    #: In the issuer's word, such as `made_with_stolen_card`.
    kind: Mapped[str] = mapped_column(Text)
    #: Whether a refund can still help: neither refunded nor disputed yet.
    is_actionable: Mapped[bool] = mapped_column()
    warned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
