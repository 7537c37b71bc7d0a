"""An instalment: one due period of a recurring gift, a row from the day it is due, and the tries to collect it.

The money itself is a gift (`gift_id`); an instalment that was skipped, paused or held has none.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict
from donors.recurring.recurring_gift import RecurringGift

DUE, WAITING, PAID, FAILED = "due", "waiting", "paid", "failed"
SKIPPED, PAUSED, HELD, LAPSED = "skipped", "paused", "held", "lapsed"

#: What somebody may still collect, or is collecting.
OPEN = (DUE, WAITING, FAILED)

#: What may follow what. Money that moved is a fact, so whatever was noted, a payment makes it paid. An open
#: instalment becomes paused or held when collecting it stops, and lapsed when nobody tries any more. `waiting`: a
#: bank has been asked and answers within days; what it is asked cannot be called back, so whatever stops collecting
#: waits for the answer too.
_CLOSED = frozenset({SKIPPED, PAUSED, HELD, LAPSED})
TRANSITIONS: dict[str, frozenset[str]] = {
    DUE: _CLOSED | {WAITING, PAID, FAILED},
    WAITING: (_CLOSED - {SKIPPED}) | {PAID, FAILED},
    FAILED: (_CLOSED - {SKIPPED}) | {WAITING, PAID},
    SKIPPED: frozenset({PAID}),
    PAUSED: frozenset({PAID}),
    HELD: frozenset({PAID}),
    LAPSED: frozenset({PAID}),
    PAID: frozenset(),
}


class Instalment(Model, MoneyColumns):
    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("recurring_gift_id", "period_on"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "state IN ('due','waiting','paid','failed','skipped','paused','held','lapsed')", name="state"
        ),
        Index("ix_instalment_state", "state", "period_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("inst"))
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id))
    #: The day it is due, in UTC as at Stripe.
    period_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, default=DUE)
    #: The gift that it became when Stripe began to collect it.
    gift_id: Mapped[str | None] = mapped_column(ForeignKey("gift.id"), unique=True)
    invoice_id: Mapped[str | None] = mapped_column(Text, unique=True)
    #: Tries that Stripe counted so far.
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    since_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"an instalment cannot go from {self.state} to {state}")
        self.state, self.since_at = state, clock.now()


class Attempt(Model):
    """One try to collect an instalment, as Stripe told it: what was tried and what came of it."""

    __tablename__ = "instalment_attempt"
    __table_args__ = (UniqueConstraint("instalment_id", "number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("try"))
    instalment_id: Mapped[str] = mapped_column(ForeignKey(Instalment.id))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    is_paid: Mapped[bool] = mapped_column()
    #: Stripe's word for why the card refused, such as `insufficient_funds`; empty where it gave none.
    refusal: Mapped[str] = mapped_column(Text, default="")
