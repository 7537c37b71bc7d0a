"""An expense claim: a cost of the law work that somebody asks a fund to pay.

The description is read by the claimant's organisation and by the one that owns the fund; the public sees
the category, the amount and the month. State changes through `TRANSITIONS` on a locked row.
"""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    Text,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.funds.fund import Fund
from campaigns.funds.purposes import COSTS
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict, NotFound
from legal.matters.matter import Matter
from legal.matters.screen import unscreened
from staff.access import Actor
from staff.member import Member

PENDING, APPROVED, PAID, REJECTED = "pending", "approved", "paid", "rejected"
STATES = {
    PENDING: lazy_gettext("Waiting for approval"),
    APPROVED: lazy_gettext("Approved"),
    PAID: lazy_gettext("Paid"),
    REJECTED: lazy_gettext("Rejected"),
}
TRANSITIONS = frozenset({(PENDING, APPROVED), (PENDING, REJECTED), (APPROVED, PAID), (APPROVED, PENDING)})
#: In these states the claim may still be corrected.
EDITABLE = frozenset({PENDING, APPROVED})

#: What the public reads instead of the description.
CATEGORIES = COSTS


class Expense(MoneyColumns, Model):
    __tablename__ = "expense"
    __table_args__ = (
        UniqueConstraint("id", "claimant_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('pending','approved','paid','rejected')", name="state"),
        CheckConstraint("length(description) BETWEEN 1 AND 1000", name="description"),
        Index("ix_expense_list", "organisation_id", "state", "incurred_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("exp"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    claimant_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    #: A UTBMS E-code; a bond is not an expense.
    expense_code: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    #: The fee of the schedule that it pays, as `authority/item`; empty where none was named.
    fee_item: Mapped[str] = mapped_column(Text, default="", server_default="")
    incurred_on: Mapped[date] = mapped_column()
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=PENDING)
    #: Counts what approval is about: approvals of an earlier revision do not count for this one.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    matter: Mapped[Matter] = relationship(lazy="raise")
    fund: Mapped[Fund] = relationship(lazy="raise")
    claimant: Mapped[Member] = relationship(lazy="raise")

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        self.require_step(state)
        self.state = state

    def require_step(self, state: str) -> None:
        """Raise what `move_to` raises, and stay."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This claim is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)


class ExpenseApproval(MoneyColumns, Model):
    """Somebody other than the claimant approves one revision, once; a changed amount makes another."""

    __tablename__ = "expense_approval"
    __table_args__ = (
        ForeignKeyConstraint(["expense_id", "claimant_id"], ["expense.id", "expense.claimant_id"]),
        CheckConstraint("approved_by_id <> claimant_id", name="not_the_claimant"),
        Index("uq_expense_approval_once", "expense_id", "revision", "approved_by_id", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("expapp"))
    expense_id: Mapped[str] = mapped_column(Id)
    claimant_id: Mapped[str] = mapped_column(Id)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    approved_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ExpenseRejection(Model):
    __tablename__ = "expense_rejection"
    __table_args__ = (CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),)

    expense_id: Mapped[str] = mapped_column(ForeignKey("expense.id"), primary_key=True)
    rejected_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    rejected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    reason: Mapped[str] = mapped_column(Text)


class ExpensePayment(Model):
    """The claim was paid, once, by somebody other than the claimant, as this ledger group."""

    __tablename__ = "expense_payment"
    __table_args__ = (
        ForeignKeyConstraint(["expense_id", "claimant_id"], ["expense.id", "expense.claimant_id"]),
        CheckConstraint("paid_by_id <> claimant_id", name="not_the_claimant"),
    )

    expense_id: Mapped[str] = mapped_column(Id, primary_key=True)
    claimant_id: Mapped[str] = mapped_column(Id)
    paid_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"))


def usual_category(expense_code: str) -> str:
    """The category a code usually is published under."""
    number = int(expense_code[1:])
    if number in (109, 110, 111):
        return "travel"
    return {
        112: "court_fees",
        113: "court_fees",
        114: "witnesses",
        115: "witnesses",
        116: "witnesses",
        119: "experts",
        123: "interpreters",
    }.get(number, "records" if number <= 108 else "other")


def expenses_of(actor: Actor) -> Select[Expense]:
    """The claims of the actor's organisation, and those on the funds it owns."""
    owns_fund = select(Fund.id).where(Fund.organisation_id == actor.organisation_id)
    mine = select(Expense).where(
        or_(Expense.organisation_id == actor.organisation_id, Expense.fund_id.in_(owns_fund))
    )
    return unscreened(mine, Expense.matter_id, actor)


def get_expense(actor: Actor, expense_id: str) -> Expense:
    """Raises NotFound unless the actor's organisation claims it or owns the fund."""
    expense = db.session.scalar(expenses_of(actor).where(Expense.id == expense_id))
    if expense is None:
        raise NotFound
    return expense


def lock_expense(actor: Actor, expense_id: str) -> Expense:
    """The claim as it is now, locked until the transaction ends. Raises NotFound as `get_expense` does."""
    query = expenses_of(actor).where(Expense.id == expense_id)
    expense = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if expense is None:
        raise NotFound
    return expense
