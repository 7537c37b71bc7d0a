"""An update: news of a campaign, told to supporters on its pages."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from campaigns.shown import Shown
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from staff.member import Member


class Update(Shown, Model):
    __tablename__ = "campaign_update"
    __table_args__ = (Index("ix_campaign_update_published", "campaign_id", "published_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("upd"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id))
    #: None when software wrote it with a token.
    author_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))
    title: Mapped[str] = mapped_column(Text)
    #: Markdown.
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Counts edits, so that the second of two people is shown what changed.
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    author: Mapped[Member | None] = relationship(lazy="raise")

    @property
    def state(self) -> str:
        """`draft`, `public` or `withdrawn`."""
        return self.standing
