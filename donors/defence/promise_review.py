"""A look before the first payment: a recurring gift that seems doubtful is shown to somebody before its donor comes
to the payment page. Stripe cannot hold the first payment of a subscription, so it is not reached."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Id, Model, UtcDateTime
from core.errors import Conflict
from donors.gifts.gift import Gift

WAITING, LET_THROUGH, TURNED_DOWN = "waiting", "let_through", "turned_down"
TRANSITIONS: dict[str, frozenset[str]] = {
    WAITING: frozenset({LET_THROUGH, TURNED_DOWN}),
    LET_THROUGH: frozenset({TURNED_DOWN}),  # its donor did not come in time
    TURNED_DOWN: frozenset(),
}
DECIDE_WITHIN = timedelta(days=5)
#: So long a donor who was let through may begin to pay.
PAY_WITHIN = timedelta(days=7)


class PromiseReview(Model):
    """One row for each first gift of a recurring one that waits, or waited, for a look."""

    __tablename__ = "promise_review"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','let_through','turned_down')", name="state"),
        Index("ix_promise_review_organisation", "organisation_id", "state", "asked_at"),
    )

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    state: Mapped[str] = mapped_column(Text, default=WAITING)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: A member's or token's label; `system` when nobody decided, or the donor did not come, in time.
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    #: When the donor went on to the payment page, which closes a fixed time later.
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def decide_by(self) -> datetime:
        return self.asked_at + DECIDE_WITHIN

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a review cannot go from {self.state} to {state}")
        self.state = state
