"""A dispute: the donor's bank wants a payment back. Its states, its movements of money, what was lost."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict
from core.money import Money
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund

#: The bank only asks (`inquiry`), or has taken the money (`open`); either may be answered.
INQUIRY, INQUIRY_ANSWERED, OPEN, ANSWERED = "inquiry", "inquiry_answered", "open", "answered"
#: `closed`: an inquiry that came to nothing.
WON, LOST, CLOSED = "won", "lost", "closed"

#: The one table of what may follow what. Steps may be missed, since each event tells the present state alone;
#: a bank may decide anew what it had decided, and an inquiry that was closed may become a dispute.
TRANSITIONS: dict[str, frozenset[str]] = {
    INQUIRY: frozenset({INQUIRY_ANSWERED, OPEN, ANSWERED, WON, LOST, CLOSED}),
    INQUIRY_ANSWERED: frozenset({INQUIRY, OPEN, ANSWERED, WON, LOST, CLOSED}),
    OPEN: frozenset({ANSWERED, WON, LOST, CLOSED}),
    ANSWERED: frozenset({OPEN, WON, LOST, CLOSED}),
    WON: frozenset({LOST}),
    LOST: frozenset({WON}),
    CLOSED: frozenset({OPEN, ANSWERED, WON, LOST}),
}
UNDECIDED = (INQUIRY, INQUIRY_ANSWERED, OPEN, ANSWERED)
#: The bank waits for an answer.
UNANSWERED = (INQUIRY, OPEN)


class Dispute(Model, MoneyColumns):
    """`amount` is what the bank wants back, which may be a part of the payment."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "state IN ('inquiry','inquiry_answered','open','answered','won','lost','closed')", name="state"
        ),
        Index("ix_dispute_organisation", "organisation_id", "opened_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("dispute"))
    organisation_id: Mapped[str] = mapped_column(Id)
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), index=True)
    stripe_dispute_id: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text)
    #: In the bank's word, such as `fraudulent` or `duplicate`.
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Until when an answer is read; empty where none is asked for.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whether the payment may be refunded all the same: while the bank only asks.
    is_refundable: Mapped[bool] = mapped_column(default=False)
    #: What of the amount is lost for good, as it is posted.
    lost_minor: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def lost(self) -> Money:
        return Money(self.lost_minor, self.currency)

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a dispute cannot go from {self.state} to {state}")
        self.state = state


class DisputeMovement(Model, MoneyColumns):
    """Money that a dispute moved at Stripe: withdrawn (below zero) or brought back, and the fee for it.

    In the currency of the balance, which need not be the gift's.
    """

    __tablename__ = "dispute_movement"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("dmove"))
    dispute_id: Mapped[str] = mapped_column(ForeignKey(Dispute.id), index=True)
    #: Of the balance transaction; what is listed again meets it here.
    stripe_id: Mapped[str] = mapped_column(Text, unique=True)
    #: Taken when above zero, given back when below.
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)


class DisputeLoss(Model):
    """What a decided dispute took for good: the gift's part is a refund row made by the bank; what was taken
    beyond what was left of the gift is `excess`. A bank that decides anew undoes it."""

    __tablename__ = "dispute_loss"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("dloss"))
    dispute_id: Mapped[str] = mapped_column(ForeignKey(Dispute.id), index=True)
    refund_id: Mapped[str | None] = mapped_column(ForeignKey(Refund.id))
    excess_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DisputeAnswer(Model):
    """What staff decided to tell the bank: evidence, or that the dispute is accepted."""

    __tablename__ = "dispute_answer"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("answer"))
    dispute_id: Mapped[str] = mapped_column(ForeignKey(Dispute.id), index=True)
    is_accepting: Mapped[bool] = mapped_column(default=False)
    #: In staff's own words; the gift's facts are added when it is sent.
    statement: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Empty until Stripe has taken it; the sweep sends it again with the same key.
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    #: Stripe refused it: too late, or decided already.
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
