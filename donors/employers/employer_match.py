"""A claim that a donor's employer matches a gift: asked, submitted, paid; one claim for each gift.

Nothing counts before it is paid, and then as income of its own, never as raised. State changes through
`TRANSITIONS` on a locked row. What arrived is a fact whatever was thought before, so a claim that was refused or
that expired can still be paid; a payment that was written down by mistake is taken back by a row of its own.
"""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, select, text
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from campaigns.reading import get, matching
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime
from core.errors import Conflict
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from staff.access import Actor

ASKED, SUBMITTED, PAID, REFUSED, EXPIRED = "asked", "submitted", "paid", "refused", "expired"
STATES = {
    ASKED: lazy_gettext("Not submitted yet"),
    SUBMITTED: lazy_gettext("Submitted to the employer"),
    PAID: lazy_gettext("Paid by the employer"),
    REFUSED: lazy_gettext("Refused by the employer"),
    EXPIRED: lazy_gettext("Came to nothing"),
}
#: The last one takes a mistaken payment back.
TRANSITIONS = frozenset(
    {
        *((ASKED, SUBMITTED), (ASKED, REFUSED), (ASKED, EXPIRED)),
        *((SUBMITTED, REFUSED), (SUBMITTED, EXPIRED), (REFUSED, SUBMITTED), (EXPIRED, SUBMITTED)),
        *((ASKED, PAID), (SUBMITTED, PAID), (REFUSED, PAID), (EXPIRED, PAID)),
        (PAID, SUBMITTED),
    }
)
#: In these states the employer may still pay without anybody looking again.
OPEN = (ASKED, SUBMITTED)
LONGEST_EMPLOYER = 120


class EmployerMatch(Model):
    __tablename__ = "employer_match"
    __table_args__ = (
        CheckConstraint("state IN ('asked','submitted','paid','refused','expired')", name="state"),
        CheckConstraint("asked_by IN ('donor','staff')", name="asked_by"),
        Index("ix_employer_match_list", "organisation_id", "state", "asked_at"),
        Index("ix_employer_match_open", "state", "asked_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("ematch"))
    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), unique=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: As the donor wrote it; emptied when the donor is erased.
    employer: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=ASKED)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: The one reminder.
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When it was paid, refused or given up.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    gift: Mapped[Gift] = relationship(lazy="raise")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This claim is in the state “%(present)s” and cannot become “%(wanted)s”.",
                present=STATES[self.state],
                wanted=STATES[state],
            )
            raise Conflict("illegal_transition", message)
        self.state = state
        now = clock.now()
        if state == SUBMITTED:
            self.submitted_at = self.submitted_at or now
        self.ended_at = None if state == SUBMITTED else now


class EmployerPayment(MoneyColumns, Model):
    """What an employer paid for a claim, as one ledger group; taken back by another where it was a mistake."""

    __tablename__ = "employer_payment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(undone_at IS NULL) = (undone_group_id IS NULL)", name="undone"),
        CheckConstraint("undone_at IS NULL OR length(undone_because) BETWEEN 1 AND 500", name="because"),
        # One payment of a claim stands at a time.
        Index(
            "uq_employer_payment_standing",
            "claim_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("empay"))
    claim_id: Mapped[str] = mapped_column(ForeignKey(EmployerMatch.id), index=True)
    received_on: Mapped[date] = mapped_column()
    #: The member who answers for it; None for the installation itself.
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_because: Mapped[str] = mapped_column(Text, default="")
    undone_group_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_group.id"))


def matches_of(actor: Actor, *, words: str = "", state: str = "") -> Select[EmployerMatch]:
    """The claims for gifts to the actor's organisation, each with its gift, donor and drive, in no order."""
    actor.require("gifts.view")
    query = (
        select(EmployerMatch)
        .join(EmployerMatch.gift)
        .join(Gift.donor)
        .join(Gift.drive)
        .where(EmployerMatch.organisation_id == actor.organisation_id)
        .options(
            contains_eager(EmployerMatch.gift).contains_eager(Gift.donor),
            contains_eager(EmployerMatch.gift).contains_eager(Gift.drive),
        )
    )
    if state:
        query = query.where(EmployerMatch.state == state)
    if words:
        query = query.where(matching(words, (EmployerMatch.employer, Donor.name, Donor.email)))
    return query


def get_match(actor: Actor, employer_match_id: str) -> EmployerMatch:
    """Raises NotFound."""
    return get(matches_of(actor), EmployerMatch, employer_match_id)


def lock_match(actor: Actor, employer_match_id: str) -> EmployerMatch:
    """The claim as it is now, locked until the transaction ends. Raises NotFound."""
    return get(matches_of(actor), EmployerMatch, employer_match_id, lock=True)
