"""A bond: money deposited so that a client may wait for the case at liberty. It is a deposit, not a
cost: it comes back when the case ends, and net assets do not move when it is posted.

Requested, approved by somebody else, posted; then cancelled, claimed and refunded, or breached. Each step
is a row or a column that says who and when, and from posting on by which form and document.
"""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.funds.fund import Fund
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict, NotFound
from legal.matters.matter import Matter
from legal.matters.screen import unscreened
from staff.access import Actor

REQUESTED, APPROVED, POSTED = "requested", "approved", "posted"
CANCELLED, REFUND_CLAIMED, REFUNDED = "cancelled", "refund_claimed", "refunded"
BREACH_NOTICED, RESCINDED, BREACHED = "breach_noticed", "rescinded", "breached"
SUBSTITUTED = "substituted"
STATES = {
    REQUESTED: lazy_gettext("Waiting for approval"),
    APPROVED: lazy_gettext("Approved"),
    POSTED: lazy_gettext("Posted"),
    CANCELLED: lazy_gettext("Cancelled, refund not claimed"),
    REFUND_CLAIMED: lazy_gettext("Refund claimed"),
    REFUNDED: lazy_gettext("Refunded"),
    BREACH_NOTICED: lazy_gettext("Breach noticed"),
    RESCINDED: lazy_gettext("Breach rescinded, held"),
    BREACHED: lazy_gettext("Breached, forfeited"),
    SUBSTITUTED: lazy_gettext("Obligor changed, held"),
}
#: A rescinded breach and another obligor leave the bond as posted as it was, each in a state of its own:
#: nothing is paid in twice.
TRANSITIONS = frozenset(
    {
        (REQUESTED, APPROVED),
        (APPROVED, POSTED),
        (POSTED, CANCELLED),
        (RESCINDED, CANCELLED),
        (CANCELLED, REFUND_CLAIMED),
        (REFUND_CLAIMED, REFUNDED),
        (POSTED, BREACH_NOTICED),
        (RESCINDED, BREACH_NOTICED),
        (BREACH_NOTICED, RESCINDED),
        (BREACH_NOTICED, BREACHED),
        (POSTED, SUBSTITUTED),
        (RESCINDED, SUBSTITUTED),
        (SUBSTITUTED, CANCELLED),
        (SUBSTITUTED, BREACH_NOTICED),
    }
)
#: In these states the government holds the deposit.
HELD = frozenset({POSTED, CANCELLED, REFUND_CLAIMED, BREACH_NOTICED, RESCINDED, SUBSTITUTED})
#: The steps after posting, each with the forms that may evidence it; an empty one means without a form.
FORMS = {
    CANCELLED: ("I-391",),
    REFUND_CLAIMED: ("I-305", "I-395"),
    REFUNDED: ("",),
    BREACH_NOTICED: ("I-340", "I-323"),
    RESCINDED: ("",),
    BREACHED: ("I-323",),
    SUBSTITUTED: ("I-352",),
}
#: The contract, or the receipt of the deposit.
POSTING_FORMS = ("I-352", "I-305")


class Bond(MoneyColumns, Model):
    __tablename__ = "bond"
    __table_args__ = (
        UniqueConstraint("id", "requested_by_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "state IN ('requested','approved','posted','cancelled','refund_claimed','refunded',"
            "'breach_noticed','rescinded','breached','substituted')",
            name="state",
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("bond"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    requested_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    state: Mapped[str] = mapped_column(Text, default=REQUESTED)

    matter: Mapped[Matter] = relationship(lazy="raise")
    fund: Mapped[Fund] = relationship(lazy="raise")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This bond is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state


class BondApproval(Model):
    __tablename__ = "bond_approval"
    __table_args__ = (
        ForeignKeyConstraint(["bond_id", "requested_by_id"], ["bond.id", "bond.requested_by_id"]),
        CheckConstraint("approved_by_id <> requested_by_id", name="not_the_requester"),
    )

    bond_id: Mapped[str] = mapped_column(Id, primary_key=True)
    requested_by_id: Mapped[str] = mapped_column(Id)
    approved_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class BondPosting(Model):
    """The bond was paid in, once, as this ledger group."""

    __tablename__ = "bond_posting"

    bond_id: Mapped[str] = mapped_column(ForeignKey("bond.id"), primary_key=True)
    posted_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"))


class BondEvent(Model):
    """One step from posting on: what happened on which day, by which form and document, who wrote it down."""

    __tablename__ = "bond_event"
    __table_args__ = (
        CheckConstraint(
            "state IN ('cancelled','refund_claimed','refunded','breach_noticed','rescinded','breached',"
            "'substituted','posted')",
            name="state",
        ),
        CheckConstraint("interest_minor >= 0", name="interest"),
        CheckConstraint("state <> 'breached' OR document_sha256 IS NOT NULL", name="breach_has_document"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("bondev"))
    bond_id: Mapped[str] = mapped_column(ForeignKey("bond.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column()
    form: Mapped[str] = mapped_column(Text)
    #: Of the document as it was received; the document itself is here, sealed, or stays with counsel.
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    interest_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: The ledger group that moved money, for a refund and a breach.
    group_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_group.id"))


def bonds_of(actor: Actor) -> Select[Bond]:
    """The bonds the actor's organisation asked for, and those on the funds it owns."""
    owns_fund = select(Fund.id).where(Fund.organisation_id == actor.organisation_id)
    mine = select(Bond).where(or_(Bond.organisation_id == actor.organisation_id, Bond.fund_id.in_(owns_fund)))
    return unscreened(mine, Bond.matter_id, actor)


def get_bond(actor: Actor, bond_id: str) -> Bond:
    """Raises NotFound for a foreign one."""
    bond = db.session.scalar(bonds_of(actor).where(Bond.id == bond_id))
    if bond is None:
        raise NotFound
    return bond


def lock_bond(actor: Actor, bond_id: str) -> Bond:
    """The bond as it is now, locked until the transaction ends. Raises NotFound for a foreign one."""
    query = bonds_of(actor).where(Bond.id == bond_id)
    bond = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if bond is None:
        raise NotFound
    return bond
