"""A pledge: a promise of money that is not paid yet. It is never raised; the gifts that pay it are.

What is paid of it is not decided here: it is what the gifts that were made for it still amount to, worked out anew
whenever one of them moves (standing.py).
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict
from core.money import Money
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from staff.organisation import Organisation

OPEN, PARTLY_PAID, PAID = "open", "partly_paid", "paid"
WRITTEN_OFF, CANCELLED = "written_off", "cancelled"
_ENDS = frozenset({WRITTEN_OFF, CANCELLED})
#: Staff ends a pledge and takes that back; money that comes all the same pays it, and money that goes back again
#: leaves it where it stood.
TRANSITIONS: dict[str, frozenset[str]] = {
    OPEN: frozenset({PARTLY_PAID, PAID}) | _ENDS,
    PARTLY_PAID: frozenset({OPEN, PAID}) | _ENDS,
    PAID: frozenset({OPEN, PARTLY_PAID}) | _ENDS,
    WRITTEN_OFF: frozenset({OPEN, PARTLY_PAID, PAID}),
    CANCELLED: frozenset({OPEN, PARTLY_PAID, PAID}),
}
#: Something is still to come.
OWED = (OPEN, PARTLY_PAID)


class Pledge(Model, MoneyColumns):
    __tablename__ = "pledge"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("paid_minor >= 0", name="paid"),
        CheckConstraint("state IN ('open','partly_paid','paid','written_off','cancelled')", name="state"),
        CheckConstraint("ended_as IN ('','written_off','cancelled')", name="ended_as"),
        Index("ix_pledge_organisation", "organisation_id", "created_at"),
        Index("ix_pledge_drive", "drive_id", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("pledge"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    donor_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), index=True)
    #: What the donor writes on a transfer; `PL-` and seven characters.
    reference: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=OPEN)
    #: How staff ended it; empty while nobody has.
    ended_as: Mapped[str] = mapped_column(Text, default="")
    #: What the gifts made for it amount to now.
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    pledged_on: Mapped[date] = mapped_column(Date)
    #: When the first part that is not paid is due; empty where nothing is owed.
    next_due_on: Mapped[date | None] = mapped_column(Date)
    #: Whether the donor is reminded by mail, and the day of the next reminder.
    reminds: Mapped[bool] = mapped_column(default=True)
    remind_on: Mapped[date | None] = mapped_column(Date, index=True)
    #: For staff alone.
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    drive: Mapped[Drive] = relationship(lazy="raise")
    donor: Mapped[Donor] = relationship(lazy="raise")

    @property
    def paid(self) -> Money:
        return Money(self.paid_minor, self.currency)

    @property
    def left(self) -> Money:
        """What is not paid, whether it is still expected or not."""
        return Money(max(self.amount_minor - self.paid_minor, 0), self.currency)

    @property
    def is_owed(self) -> bool:
        return self.state in OWED

    def move(self, state: str) -> None:
        """Raises Conflict `illegal_transition` and changes nothing where the table has no such step."""
        if state == self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise Conflict("illegal_transition", f"a pledge cannot go from {self.state} to {state}")
        self.state = state


class PledgeInstalment(Model):
    """A part of a pledge and the day it is due; a pledge in one sum has one."""

    __tablename__ = "pledge_instalment"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    pledge_id: Mapped[str] = mapped_column(ForeignKey(Pledge.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class PledgePayment(Model):
    """A gift that was made for a pledge; it pays it for as long as it stands."""

    __tablename__ = "pledge_payment"

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    pledge_id: Mapped[str] = mapped_column(ForeignKey(Pledge.id), index=True)
    linked_by: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PledgeStep(Model):
    """What staff decided about a pledge, and why."""

    __tablename__ = "pledge_step"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("pstep"))
    pledge_id: Mapped[str] = mapped_column(ForeignKey(Pledge.id), index=True)
    #: `pledged`, `changed`, `written_off`, `cancelled` or `reinstated`.
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PledgeReminder(Model):
    """That a reminder was due: so many days after this part was. Of several that were due at once, one is mailed."""

    __tablename__ = "pledge_reminder"

    pledge_id: Mapped[str] = mapped_column(ForeignKey(Pledge.id), primary_key=True)
    due_on: Mapped[date] = mapped_column(Date, primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    is_mailed: Mapped[bool] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PledgeDisplay(Model):
    """That a drive's page tells what is promised and not paid; no row, and it does not."""

    __tablename__ = "pledge_display"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    shown_by: Mapped[str] = mapped_column(Text)
    shown_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
