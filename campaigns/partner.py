"""Partners of a campaign: organisations that work on it together, the lead among them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false
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
        Index("uq_partner_code", "code", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("part"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    part: Mapped[str] = mapped_column(Text)
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Until then the partner sees the invitation and nothing of the campaign's inside.
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Of the link by which the partner brings donors; it stays through an end and a new invitation.
    code: Mapped[str] = mapped_column(Text, default=ids.new_code, server_default="")
    #: Public pages tell what came in by the link where both have agreed.
    is_told_by_lead: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_told_by_partner: Mapped[bool] = mapped_column(default=False, server_default=false())

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="joined")

    @property
    def takes_part(self) -> bool:
        return self.accepted_at is not None and self.ended_at is None

    @property
    def is_told(self) -> bool:
        return self.is_told_by_lead and self.is_told_by_partner
