"""A line of the bank's own statement, and what staff says of what does not match."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from donors.payouts.payout import Payout
from staff.organisation import Organisation


class BankLine(Model, MoneyColumns):
    """`external_id` is the bank's, or made of the line itself, so that importing twice changes nothing."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("organisation_id", "external_id"),
        Index("ix_bank_line_day", "organisation_id", "on_day"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("line"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    external_id: Mapped[str] = mapped_column(Text)
    on_day: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    payout_id: Mapped[str | None] = mapped_column(ForeignKey(Payout.id), unique=True)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Explanation(Model):
    """Why something does not match, in staff's words. `subject` is a movement, a payout, a bank line or a
    source of the ledger; once explained it is not listed any more."""

    __tablename__ = "mismatch_explanation"
    __table_args__ = (UniqueConstraint("organisation_id", "subject"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("explain"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    subject: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
