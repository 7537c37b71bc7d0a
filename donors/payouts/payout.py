"""A payout: money on its way from Stripe to a bank, and its states."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict

ON_ITS_WAY, ARRIVED, CAME_BACK = "on_its_way", "arrived", "came_back"

#: The one table of what may follow what. A bank may send back what had arrived.
TRANSITIONS: dict[str, frozenset[str]] = {
    ON_ITS_WAY: frozenset({ARRIVED, CAME_BACK}),
    ARRIVED: frozenset({CAME_BACK}),
    CAME_BACK: frozenset(),
}


class Payout(Model, MoneyColumns):
    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("state IN ('on_its_way','arrived','came_back')", name="state"),
        Index("ix_payout_organisation", "organisation_id", "created_at"),
    )

    #: Stripe's id.
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(Text, default="")
    #: Whose money it carries; empty while that is not known, or where it is of several organisations.
    organisation_id: Mapped[str | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(Text, default=ON_ITS_WAY)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrives_on: Mapped[date] = mapped_column(Date)
    #: When its shares were posted in the ledger: once each of its movements is known.
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrival_posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a payout cannot go from {self.state} to {state}")
        self.state = state
