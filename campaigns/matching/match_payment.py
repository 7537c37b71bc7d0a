"""Money that a sponsor paid toward its match fund. A payment that was a mistake is taken back by a second row."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.matching.match_fund import MatchFund
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime


class MatchPayment(MoneyColumns, Model):
    __tablename__ = "match_payment"
    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("mpay"))
    match_fund_id: Mapped[str] = mapped_column(ForeignKey(MatchFund.id), index=True)
    #: The day on which the money was in the bank.
    received_on: Mapped[date] = mapped_column(Date)
    #: The bank's words or a check's number, for whoever looks for it later.
    reference: Mapped[str] = mapped_column(Text, default="")
    #: The payment that this row takes back, once; its amount is then below zero.
    undoes_id: Mapped[str | None] = mapped_column(ForeignKey("match_payment.id"), unique=True)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def payments_of(match_fund_id: str) -> Select[MatchPayment]:
    """What a sponsor paid, the latest first."""
    query = select(MatchPayment).where(MatchPayment.match_fund_id == match_fund_id)
    return query.order_by(MatchPayment.recorded_at.desc(), MatchPayment.id)
