"""A hold: a gift that is authorised on the donor's card and not taken, until somebody has looked at it."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Id, Model, UtcDateTime
from core.errors import Conflict
from donors.gifts.gift import Gift

HELD, TAKING, RELEASING, TAKEN, RELEASED = "held", "taking", "releasing", "taken", "released"
#: Stripe may let go by itself, or somebody decides in its dashboard; that is a fact, whatever was decided here.
TRANSITIONS: dict[str, frozenset[str]] = {
    HELD: frozenset({TAKING, RELEASING, TAKEN, RELEASED}),
    TAKING: frozenset({TAKEN, RELEASED}),
    RELEASING: frozenset({TAKEN, RELEASED}),
    TAKEN: frozenset(),
    RELEASED: frozenset(),
}
#: Somebody decides within five days; after that the money is let go. Card networks hold it for seven.
DECIDE_WITHIN = timedelta(days=5)
REMIND_AFTER = timedelta(days=3)


class Hold(Model):
    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("state IN ('held','taking','releasing','taken','released')", name="state"),
        Index("ix_hold_organisation", "organisation_id", "state", "held_at"),
    )

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    payment_intent_id: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text, default=HELD)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decide_by: Mapped[datetime] = mapped_column(UtcDateTime)
    #: A member's or token's label; `system` when nobody decided in time, `stripe` when it was decided there.
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a hold cannot go from {self.state} to {state}")
        self.state = state
        if state in {TAKEN, RELEASED}:
            self.done_at = clock.now()
