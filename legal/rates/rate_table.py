"""Tables of rates that an organisation's staff loaded: years that the files which come with the software lack.

A table belongs to the organisation that loaded it and values that organisation's hours alone; its rows never change.
One that was wrong is withdrawn: valuations made by it keep its checksum, new ones no longer find it.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from staff.access import Actor


class RateTable(Model):
    """`sha256` is the checksum of the file as it was sent."""

    __tablename__ = "rate_table"
    __table_args__ = (
        CheckConstraint("length(source) BETWEEN 1 AND 500", name="source"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn"),
        Index("ix_rate_table_matrix", "organisation_id", "matrix"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("rates"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    matrix: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    recorded_on: Mapped[date] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    #: None where a command loaded it.
    loaded_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))


class RateRow(Model):
    """One rate of a year: for everybody where the band's name is empty, else for its years of experience."""

    __tablename__ = "rate_row"
    __table_args__ = (CheckConstraint("rate_minor > 0", name="rate"),)

    table_id: Mapped[str] = mapped_column(ForeignKey("rate_table.id"), primary_key=True)
    rate_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    band: Mapped[str] = mapped_column(Text, primary_key=True)
    from_years: Mapped[int | None] = mapped_column()
    to_years: Mapped[int | None] = mapped_column()
    rate_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


def tables_of(actor: Actor) -> Select[RateTable]:
    """The tables the actor's organisation loaded, the latest first, withdrawn ones included."""
    query = select(RateTable).where(RateTable.organisation_id == actor.organisation_id)
    return query.order_by(RateTable.loaded_at.desc(), RateTable.id.desc())
