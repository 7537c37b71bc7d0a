"""A fund: the restricted money that drives raise into and costs are paid from."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.campaign import Campaign
from core import clock, ids
from core.db import Id, Model, UtcDateTime

_GENERAL = text("is_general")


class Fund(Model):
    __tablename__ = "fund"
    __table_args__ = (
        CheckConstraint("length(surplus_clause) > 0", name="surplus_clause_stated"),
        Index(
            "uq_fund_general",
            "organisation_id",
            "currency",
            unique=True,
            sqlite_where=_GENERAL,
            postgresql_where=_GENERAL,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("fund"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey(Campaign.id), index=True)
    name: Mapped[str] = mapped_column(Text)
    #: What the money may be spent on, in words a donor reads.
    purpose: Mapped[str] = mapped_column(Text)
    #: Keys of `purposes.PURPOSES` that it may be spent on; empty means all of them.
    purposes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    #: What happens to money that is left, shown to donors before they give.
    surplus_clause: Mapped[str] = mapped_column(Text)
    #: Keys of `surplus.WAYS` that the clause allows; empty where the wording alone says so.
    surplus_ways: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    #: The organisation's own money in this currency, bound to no purpose; one at most.
    is_general: Mapped[bool] = mapped_column(default=False, server_default=false())
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Counts edits, so that the second of two people is shown what changed.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    def allows(self, purpose: str) -> bool:
        """Whether donors gave for this kind of cost."""
        return not self.purposes or purpose in self.purposes

    @property
    def words(self) -> tuple[str, str, str]:
        """What donors read of the fund."""
        return self.name, self.purpose, self.surplus_clause
