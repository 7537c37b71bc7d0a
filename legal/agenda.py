"""What the law work asks of a person today, for the staff home."""

from flask import url_for
from flask_babel import ngettext
from sqlalchemy import func, select

from core.db import db
from legal.costs.expense import APPROVED, PENDING, Expense, ExpenseApproval, expenses_of
from legal.hours.approving import count_approvable
from legal.hours.time_entry import RETURNED, TimeEntry, entries_of
from staff import agenda
from staff.access import Actor
from staff.agenda import AgendaItem


@agenda.item
def hours_to_approve(actor: Actor) -> list[AgendaItem]:
    count = count_approvable(actor)
    text = ngettext("One time entry to approve", "%(num)d time entries to approve", count)
    return [AgendaItem(text, url_for("legal.approvals"), count)] if count else []


@agenda.item
def hours_returned(actor: Actor) -> list[AgendaItem]:
    if not actor.can("hours.enter") or actor.member_id is None:
        return []
    query = entries_of(actor).where(TimeEntry.state == RETURNED, TimeEntry.author_id == actor.member_id)
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    text = ngettext("One time entry came back to you", "%(num)d time entries came back to you", count)
    return [AgendaItem(text, url_for("legal.hours", state=RETURNED), count)] if count else []


@agenda.item
def costs_to_approve(actor: Actor) -> list[AgendaItem]:
    count = _costs(actor, PENDING) if actor.can("costs.approve") else 0
    text = ngettext("One cost to approve", "%(num)d costs to approve", count)
    return [AgendaItem(text, url_for("legal.expenses", state=PENDING), count)] if count else []


@agenda.item
def costs_to_pay(actor: Actor) -> list[AgendaItem]:
    count = _costs(actor, APPROVED) if actor.can("costs.pay") else 0
    text = ngettext("One cost to pay", "%(num)d costs to pay", count)
    return [AgendaItem(text, url_for("legal.expenses", state=APPROVED), count)] if count else []


def _costs(actor: Actor, state: str) -> int:
    mine = select(ExpenseApproval.expense_id).where(
        ExpenseApproval.expense_id == Expense.id,
        ExpenseApproval.revision == Expense.revision,
        ExpenseApproval.approved_by_id == actor.member_id,
    )
    query = expenses_of(actor).where(
        Expense.state == state, Expense.claimant_id.is_distinct_from(actor.member_id)
    )
    if state == PENDING:
        query = query.where(~mine.exists())
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
