"""A recurring gift: the donor's promise of an amount at an interval, and its states."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict
from core.money import Money
from donors.people.donor import Donor

PENDING, ACTIVE, FAILING, PAUSED, HELD = "pending", "active", "failing", "paused", "held"
LAPSED, CANCELLED, ABANDONED = "lapsed", "cancelled", "abandoned"

#: The one table of what may follow what. A late success restores a failing promise; an abandoned checkout
#: that was paid after all becomes active, since money that moved is a fact. `held`: a dispute is open.
_RUNNING = frozenset({ACTIVE, FAILING, PAUSED, HELD})
_ENDS = frozenset({LAPSED, CANCELLED})
TRANSITIONS: dict[str, frozenset[str]] = {
    PENDING: frozenset({ACTIVE, FAILING, HELD, ABANDONED, CANCELLED}),
    ACTIVE: (_RUNNING | _ENDS) - {ACTIVE},
    FAILING: (_RUNNING | _ENDS) - {FAILING},
    PAUSED: (_RUNNING | _ENDS) - {PAUSED},
    HELD: (_RUNNING | _ENDS) - {HELD},
    ABANDONED: frozenset({ACTIVE}),
    LAPSED: frozenset(),
    CANCELLED: frozenset(),
}
#: What still runs, and what has ended for good.
RUNNING, ENDED = (ACTIVE, FAILING, PAUSED, HELD), (LAPSED, CANCELLED)
RHYTHMS = ("week", "month", "quarter", "year")
#: Ways to pay. A card answers at once; a debit from a bank account is answered by the bank days later.
CARD, BANK = METHODS = ("card", "bank")


class RecurringGift(Model, MoneyColumns):
    __tablename__ = "recurring_gift"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("fee_cover_minor >= 0", name="fee_cover"),
        CheckConstraint("rhythm IN ('week','month','quarter','year')", name="rhythm"),
        CheckConstraint(
            "state IN ('pending','active','failing','paused','held','lapsed','cancelled','abandoned')",
            name="state",
        ),
        Index("ix_recurring_gift_organisation", "organisation_id", "started_at"),
        Index("ix_recurring_gift_due", "next_due_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), index=True)
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), index=True)
    state: Mapped[str] = mapped_column(Text, default=PENDING)
    rhythm: Mapped[str] = mapped_column(Text)
    #: How its next instalment is paid.
    method: Mapped[str] = mapped_column(Text, default=CARD, server_default=CARD)
    fee_cover_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    #: As the gift's: the connected account at Stripe, or empty.
    account: Mapped[str] = mapped_column(Text, default="", server_default="")
    subscription_id: Mapped[str | None] = mapped_column(Text, unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    first_paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_due_on: Mapped[date | None] = mapped_column(Date)
    #: When it ended, by whoever asked or because no payment went through any more.
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Counts the versions that were written (version.py).
    version: Mapped[int] = mapped_column(Integer, default=0)
    #: Since when no payment goes through, how many retries were made, and when the next one is.
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retries: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    drive: Mapped[Drive] = relationship(lazy="raise")
    donor: Mapped[Donor] = relationship(lazy="raise")

    @property
    def fee_cover(self) -> Money:
        return Money(self.fee_cover_minor, self.currency)

    @property
    def charged(self) -> Money:
        """What each instalment takes: the gift and the fee cover."""
        return Money(self.amount_minor + self.fee_cover_minor, self.currency)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a recurring gift cannot go from {self.state} to {state}")
        self.state = state


class Cancellation(Model):
    """Somebody asked to end a recurring gift: who, why, and when Stripe had done so."""

    __tablename__ = "recurring_gift_cancellation"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("cancel"))
    recurring_gift_id: Mapped[str] = mapped_column(ForeignKey(RecurringGift.id), unique=True)
    #: `donor`, or the staff member's or token's label.
    asked_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Empty until Stripe has confirmed; the sweep asks again.
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
