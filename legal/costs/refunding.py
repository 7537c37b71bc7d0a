"""Money of a paid cost that came back: it returns to the fund it came from, restricted as before."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.funds import ledger
from campaigns.funds.ledger import BANK, LEGAL_COSTS, Line
from campaigns.funds.release import release
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict, Invalid
from core.money import Money
from legal.costs.claiming import for_finance
from legal.costs.expense import PAID, Expense
from staff import audit
from staff.access import Actor


class ExpenseRefund(MoneyColumns, Model):
    __tablename__ = "expense_refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("expref"))
    expense_id: Mapped[str] = mapped_column(ForeignKey("expense.id"), index=True)
    received_on: Mapped[date] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    group_id: Mapped[str] = mapped_column(ForeignKey("ledger_group.id"))


def refund_expense(
    actor: Actor, expense_id: str, *, amount: Money, received_on: date, reason: str
) -> ExpenseRefund:
    """Write down what came back of a paid cost.

    Raises NotFound, Forbidden as paying does, Invalid on amount, received_on or reason, Conflict `not_paid`
    before it was paid and `more_than_paid` where more would come back than went out.
    """
    expense, member_id = for_finance(actor, expense_id, "costs.pay")
    if expense.state != PAID:
        raise Conflict("not_paid", _("Only what was paid can come back."))
    _check(expense, amount, received_on, reason)
    refund = ExpenseRefund(
        id=ids.new_id("expref"),
        expense_id=expense.id,
        received_on=received_on,
        reason=reason.strip(),
        recorded_by_id=member_id,
    )
    refund.amount = amount
    refund.group_id = ledger.post(
        kind="expense_refunded",
        source=refund.id,
        fund_id=expense.fund_id,
        lines=[Line(BANK, amount), Line(LEGAL_COSTS, -amount)],
        occurred_at=clock.now(),
    )
    release(fund_id=expense.fund_id, group_id=refund.group_id, amount=-amount)
    db.session.add(refund)
    db.session.flush()
    audit.record(actor, "expense.refunded", expense.id, after={"amount": str(amount)}, reason=refund.reason)
    return refund


def refunded(expense: Expense) -> Money:
    """All that came back of a cost."""
    query = select(func.coalesce(func.sum(ExpenseRefund.amount_minor), 0))
    minor = db.session.scalar(query.where(ExpenseRefund.expense_id == expense.id))
    return Money(int(minor or 0), expense.currency)


def list_refunds(expense: Expense) -> list[ExpenseRefund]:
    """Of one cost, the oldest first."""
    query = select(ExpenseRefund).where(ExpenseRefund.expense_id == expense.id)
    return list(db.session.scalars(query.order_by(ExpenseRefund.recorded_at, ExpenseRefund.id)))


def _check(expense: Expense, amount: Money, received_on: date, reason: str) -> None:
    wrong: dict[str, list[str]] = {}
    if amount.currency != expense.currency:
        wrong["amount"] = [_("This fund is kept in %(currency)s.", currency=expense.currency)]
    elif amount.minor <= 0:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    if not expense.incurred_on <= received_on <= clock.today():
        wrong["received_on"] = [_("Choose a day between the cost and today.")]
    if not 1 <= len(reason.strip()) <= 500:
        wrong["reason"] = [_("Say in up to 500 characters why it came back.")]
    if wrong:
        raise Invalid(wrong)
    if refunded(expense) + amount > expense.amount:
        raise Conflict("more_than_paid", _("More would come back than was paid."))
