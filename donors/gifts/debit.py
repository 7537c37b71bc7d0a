"""A debit: a gift whose donor has allowed it to be taken from a bank account, and whose bank answers days later."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Id, Model, UtcDateTime
from core.errors import Conflict
from donors.gifts.gift import Gift
from staff.organisation import Organisation

WAITING, ARRIVED, REFUSED = "waiting", "arrived", "refused"
#: A bank may pay after all what it had refused: Stripe's word is a fact.
TRANSITIONS: dict[str, frozenset[str]] = {
    WAITING: frozenset({ARRIVED, REFUSED}),
    REFUSED: frozenset({ARRIVED, WAITING}),
    ARRIVED: frozenset(),
}
#: Nothing heard for so long, Stripe is asked; and again after as long.
ASK_AFTER = timedelta(days=5)


class Debit(Model):
    """One row for each gift from a bank account that its donor has confirmed; the gift itself stays pending."""

    __tablename__ = "debit"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','arrived','refused')", name="state"),
        Index("ix_debit_waiting", "state", "ask_at"),
    )

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    state: Mapped[str] = mapped_column(Text, default=WAITING)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Stripe's word for why the bank refused, such as `insufficient_funds`; empty where it gave none.
    refusal: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: When Stripe is asked, in case its event is lost.
    ask_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a debit cannot go from {self.state} to {state}")
        self.state = state
        self.ended_at = None if state == WAITING else clock.now()


class BankGiving(Model):
    """An organisation whose donors may give from a bank account; no row: by card alone."""

    __tablename__ = "bank_giving"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    set_by: Mapped[str] = mapped_column(Id)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
