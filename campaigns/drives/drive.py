"""A drive: one time-boxed effort of a campaign, with one or more goals and an honest deadline.

The window is half-open: `opens_at <= t < closes_at`. 23:59:59.999 counts, 00:00:00 does not. A checkout
opened before the deadline may finish within the grace; whether it then counts is fixed at publication.
"""

from datetime import datetime, timedelta

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from campaigns.funds.fund import Fund
from campaigns.shown import Shown
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.money import Money
from staff.organisation import Organisation


class Drive(Shown, Model):
    __tablename__ = "drive"
    __table_args__ = (
        CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="window"),
        CheckConstraint("min_minor > 0 AND min_minor <= max_minor", name="limits"),
        CheckConstraint(
            "deductibility IN ('deductible','not_deductible','ask_counsel')", name="deductibility"
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("drive"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"), index=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    #: Markdown.
    story: Mapped[str] = mapped_column(Text, default="")
    #: What is asked of whom, in Markdown, where people sign for it; empty where nobody is asked to.
    petition: Mapped[str] = mapped_column(Text, default="", server_default="")
    currency: Mapped[str] = mapped_column(String(3))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    zone: Mapped[str] = mapped_column(Text)
    grace_minutes: Mapped[int] = mapped_column(default=30)
    #: Whether a checkout opened in time and finished within the grace counts.
    grace_counts: Mapped[bool] = mapped_column(default=True)
    #: Offered amounts, in minor units.
    presets_minor: Mapped[list[int]] = mapped_column(JSON, default=lambda: [2500, 5000, 10000])
    #: Rhythms offered besides giving once.
    rhythms: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["month"])
    min_minor: Mapped[int] = mapped_column(BigInteger, default=100)
    max_minor: Mapped[int] = mapped_column(BigInteger, default=5_000_000)
    deductibility: Mapped[str] = mapped_column(Text, default="ask_counsel")
    #: Closed by hand before its deadline, or without one.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Counts edits, so that the second of two people is shown what changed.
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    fund: Mapped[Fund] = relationship(lazy="raise")

    @property
    def ends_at(self) -> datetime | None:
        """The first instant that no longer counts: the deadline, or an earlier closing by hand."""
        instants = [each for each in (self.closes_at, self.closed_at) if each is not None]
        return min(instants) if instants else None

    def is_open(self, at: datetime) -> bool:
        """The one predicate of the window."""
        return self.opens_at <= at and (self.ends_at is None or at < self.ends_at)

    def counts(self, *, started_at: datetime, paid_at: datetime) -> bool:
        """Whether a gift begun and paid at these instants counts toward the drive's goals."""
        if self.is_open(paid_at):
            return True
        if not (self.grace_counts and self.is_open(started_at) and self.ends_at):
            return False
        return paid_at < self.ends_at + timedelta(minutes=self.grace_minutes)

    def state(self, at: datetime) -> str:
        """`draft`, `scheduled`, `open`, `closed` or `withdrawn`."""
        if not self.is_public:
            return self.standing
        if self.ends_at is not None and self.ends_at <= at:
            return "closed"
        return "open" if self.is_open(at) else "scheduled"

    @property
    def presets(self) -> list[Money]:
        return [Money(minor, self.currency) for minor in self.presets_minor]
