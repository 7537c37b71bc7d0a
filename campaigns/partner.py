"""Partners of a campaign: organisations that work on it together, the lead among them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from staff.organisation import Organisation


class Partner(Model):
    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("campaign_id", "organisation_id"),
        CheckConstraint("part IN ('lead','partner')", name="part"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("part"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    part: Mapped[str] = mapped_column(Text)
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Until then the partner sees the invitation and nothing of the campaign's inside.
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
