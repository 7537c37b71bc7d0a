"""A payment run: approved claims that go to the bank together, in one file, and are paid together."""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Text, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, NotFound
from legal.costs.expense import Expense, expenses_of
from staff.access import Actor

MADE, PAID, CANCELLED = "made", "paid", "cancelled"
STATES = {
    MADE: lazy_gettext("Waiting for the bank"),
    PAID: lazy_gettext("Paid"),
    CANCELLED: lazy_gettext("Cancelled"),
}
TRANSITIONS = frozenset({(MADE, PAID), (MADE, CANCELLED)})


class BankOrigin(Model):
    """What an organisation's bank wants to read of it in a payment file."""

    __tablename__ = "bank_origin"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    bank_name: Mapped[str] = mapped_column(Text)
    routing: Mapped[str] = mapped_column(Text)
    company_name: Mapped[str] = mapped_column(Text)
    company_id: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)


class PaymentRun(Model):
    __tablename__ = "payment_run"
    __table_args__ = (
        CheckConstraint("state IN ('made','paid','cancelled')", name="state"),
        Index("ix_payment_run_list", "organisation_id", "made_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("run"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    effective_on: Mapped[date] = mapped_column()
    state: Mapped[str] = mapped_column(Text, default=MADE)
    made_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This payment run is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state


class PaymentRunItem(Model):
    """One claim in a run, and the account it goes to. While the run waits, no other may take the claim."""

    __tablename__ = "payment_run_item"
    __table_args__ = (
        Index(
            "uq_payment_run_item_waiting",
            "expense_id",
            unique=True,
            sqlite_where=text("waits"),
            postgresql_where=text("waits"),
        ),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("payment_run.id"), primary_key=True)
    expense_id: Mapped[str] = mapped_column(ForeignKey("expense.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("payee_account.id"))
    waits: Mapped[bool] = mapped_column(default=True)


def runs_of(actor: Actor) -> Select[PaymentRun]:
    """The runs of the actor's organisation, without those that hold a claim behind a screen."""
    visible = expenses_of(actor).with_only_columns(Expense.id)
    hidden = select(PaymentRunItem.run_id).where(PaymentRunItem.expense_id.not_in(visible))
    return select(PaymentRun).where(
        PaymentRun.organisation_id == actor.organisation_id, PaymentRun.id.not_in(hidden)
    )


def get_run(actor: Actor, payment_run_id: str, *, lock: bool = False) -> PaymentRun:
    """Raises NotFound unless the run is the organisation's, and the actor may see each claim in it."""
    query = runs_of(actor).where(PaymentRun.id == payment_run_id)
    if lock:
        query = query.with_for_update(of=PaymentRun).execution_options(populate_existing=True)
    run = db.session.scalar(query)
    if run is None:
        raise NotFound
    return run


def list_items(run: PaymentRun) -> list[tuple[PaymentRunItem, Expense]]:
    query = (
        select(PaymentRunItem, Expense)
        .join(Expense, Expense.id == PaymentRunItem.expense_id)
        .where(PaymentRunItem.run_id == run.id)
        .order_by(Expense.claimant_id, Expense.incurred_on, Expense.id)
    )
    return [(item, expense) for item, expense in db.session.execute(query)]


def sums_of(run_ids: list[str]) -> dict[str, tuple[int, int]]:
    """Claims and cents of each run."""
    query = (
        select(PaymentRunItem.run_id, func.count(), func.sum(Expense.amount_minor))
        .join(Expense, Expense.id == PaymentRunItem.expense_id)
        .where(PaymentRunItem.run_id.in_(run_ids))
        .group_by(PaymentRunItem.run_id)
    )
    return {run_id: (claims, int(cents)) for run_id, claims, cents in db.session.execute(query)}


def refuse_waiting(expense_id: str) -> None:
    """Raises Conflict `in_payment_run` while a bank may be about to pay the claim."""
    waiting = select(PaymentRunItem.run_id).where(
        PaymentRunItem.expense_id == expense_id, PaymentRunItem.waits
    )
    if db.session.scalar(waiting) is not None:
        raise Conflict(
            "in_payment_run", _("This claim is in a payment run. Say what became of the run first.")
        )
