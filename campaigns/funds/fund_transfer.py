"""Money that went from one fund of an organisation to another: a row for each time, never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.funds.fund import Fund
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime

#: What allows it: the money is bound to nothing, the other fund keeps to what donors gave for, or the clause.
UNRESTRICTED, WITHIN, CLAUSE = "unrestricted", "within", "clause"


class FundTransfer(MoneyColumns, Model):
    __tablename__ = "fund_transfer"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("from_fund_id <> to_fund_id", name="two_funds"),
        CheckConstraint("basis IN ('unrestricted','within','clause')", name="basis"),
        CheckConstraint("basis <> 'clause' OR length(why) > 0", name="why"),
        Index("ix_fund_transfer_from", "from_fund_id", "made_at"),
        Index("ix_fund_transfer_to", "to_fund_id", "made_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("move"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    from_fund_id: Mapped[str] = mapped_column(ForeignKey(Fund.id))
    to_fund_id: Mapped[str] = mapped_column(ForeignKey(Fund.id))
    #: What two people agreed to: the proposal, or a part of a close-out. One cause moves money once.
    cause: Mapped[str] = mapped_column(Text, unique=True)
    #: The drive whose surplus it was; None for any other transfer.
    drive_id: Mapped[str | None] = mapped_column(ForeignKey("drive.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    #: In which way the clause allows it, as whoever asked wrote it.
    why: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(Text)
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    from_fund: Mapped[Fund] = relationship(foreign_keys=from_fund_id, lazy="joined")
    to_fund: Mapped[Fund] = relationship(foreign_keys=to_fund_id, lazy="joined")


def transfers_of(fund_id: str) -> Select[FundTransfer]:
    """Those from and to a fund, the newest first."""
    query = select(FundTransfer).where(
        or_(FundTransfer.from_fund_id == fund_id, FundTransfer.to_fund_id == fund_id)
    )
    return query.order_by(FundTransfer.made_at.desc(), FundTransfer.id.desc())
