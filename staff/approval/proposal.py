"""A proposal: something one person wants done that takes effect when a second person confirms it.

    open -> confirmed | declined (by somebody else), withdrawn (by whoever asked)

The database itself refuses that the two are the same person.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.money import Money
from staff.member import Member

VALID_FOR = timedelta(days=7)
OPEN, CONFIRMED, DECLINED, WITHDRAWN = "open", "confirmed", "declined", "withdrawn"
STATES = (OPEN, CONFIRMED, DECLINED, WITHDRAWN)
TRANSITIONS = frozenset({(OPEN, CONFIRMED), (OPEN, DECLINED), (OPEN, WITHDRAWN)})


class Proposal(Model):
    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("state IN ('open','confirmed','declined','withdrawn')", name="state"),
        CheckConstraint(
            "state NOT IN ('confirmed','declined') OR decided_by_id <> asked_by_id", name="two_people"
        ),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name="decided_by"),
        Index("ix_proposal_organisation_state", "organisation_id", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("prop"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: The verb as the audit trail names it: `gift.refund`.
    verb: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    #: What exactly is to be done, for the verb's performer; nothing else is done on confirmation.
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The sum that goes out, where there is one.
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(Text, default=OPEN)
    #: The person; behind an API token, whoever made it.
    asked_by_id: Mapped[str] = mapped_column(ForeignKey(Member.id))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    asked_by: Mapped[Member] = relationship(foreign_keys=asked_by_id, lazy="joined")
    decided_by: Mapped[Member | None] = relationship(foreign_keys=decided_by_id, lazy="joined")

    @property
    def amount(self) -> Money | None:
        if self.amount_minor is None or self.currency is None:
            return None
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.state == OPEN and clock.now() < self.expires_at
