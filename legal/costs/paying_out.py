"""Paying claims through the bank: a run of approved claims, its file, and what became of it.

Making a run pays nothing. Once the bank has taken the file, settling the run pays each claim from its fund, by the
same rules as one by one; a run that the bank refused is cancelled, and its claims are free again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.web import csv_out
from legal.acting import answerable
from legal.costs import nacha
from legal.costs.claiming import for_finance, pay_expense
from legal.costs.expense import APPROVED, Expense, expenses_of
from legal.costs.payee_account import PayeeAccount, find_account, is_routing_number
from legal.costs.payment_run import (
    CANCELLED,
    PAID,
    BankOrigin,
    PaymentRun,
    PaymentRunItem,
    get_run,
    list_items,
    refuse_waiting,
)
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

CURRENCY, MOST_CLAIMS, FURTHEST = "USD", 500, timedelta(days=30)
LONGEST = {"bank_name": 23, "company_name": 23, "company_id": 10}
COLUMNS = ("holder", "routing_number", "account_number", "kind", "amount", "currency", "reference")


@dataclass(frozen=True)
class Payable:
    """An approved claim on a fund of the organisation. Without an account of its claimant it cannot go in a run."""

    expense: Expense
    account: PayeeAccount | None


def list_payable(actor: Actor) -> list[Payable]:
    """Approved claims in dollars that wait for no bank, and that the actor did not make."""
    waiting = select(PaymentRunItem.expense_id).where(PaymentRunItem.waits)
    query = expenses_of(actor).where(
        Expense.state == APPROVED,
        Expense.currency == CURRENCY,
        Expense.fund.has(organisation_id=actor.organisation_id),
        Expense.claimant_id.is_distinct_from(actor.member_id),
        Expense.id.not_in(waiting),
    )
    found = db.session.scalars(query.order_by(Expense.incurred_on, Expense.id).limit(MOST_CLAIMS))
    return [Payable(each, find_account(each.claimant_id)) for each in found]


def make_run(actor: Actor, *, expense_ids: Iterable[str], effective_on: date) -> PaymentRun:
    """Put approved claims together for the bank: all of them, or none.

    Raises NotFound, Forbidden for one's own claim, Invalid on expense_ids and effective_on, Conflict
    `no_bank_origin`, `illegal_transition`, `in_payment_run` and, naming who it is, `no_payee_account`.
    """
    actor.require("costs.pay")
    made_by_id, wanted = answerable(actor), sorted(set(expense_ids))
    _check(actor, wanted, effective_on)
    if find_origin(actor) is None:
        raise Conflict("no_bank_origin", _("Say first how your bank knows your organisation."))
    run = PaymentRun(organisation_id=actor.organisation_id, effective_on=effective_on, made_by_id=made_by_id)
    db.session.add(run)
    db.session.flush()
    for expense_id in wanted:
        db.session.add(_item(actor, run, expense_id))
        db.session.flush()
    audit.record(
        actor, "payment_run.made", run.id, after={"claims": len(wanted), "on": effective_on.isoformat()}
    )
    return run


def _check(actor: Actor, wanted: list[str], effective_on: date) -> None:
    today = clock.today(db.session.get_one(Organisation, actor.organisation_id).zone)
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(wanted) <= MOST_CLAIMS:
        wrong["expense_ids"] = [_("Choose between one claim and %(most)s.", most=MOST_CLAIMS)]
    if not today <= effective_on <= today + FURTHEST or effective_on.weekday() >= 5:
        wrong["effective_on"] = [_("Choose a working day within the next 30 days.")]
    if wrong:
        raise Invalid(wrong)


def _item(actor: Actor, run: PaymentRun, expense_id: str) -> PaymentRunItem:
    expense, _member_id = for_finance(actor, expense_id, "costs.pay")
    if expense.state != APPROVED or expense.currency != CURRENCY:
        raise Conflict("illegal_transition", _("Only approved claims in dollars go into a payment run."))
    refuse_waiting(expense_id)
    account = find_account(expense.claimant_id)
    if account is None:
        db.session.refresh(expense, ["claimant"])
        message = _("%(name)s has not given a bank account yet.", name=expense.claimant.name)
        raise Conflict("no_payee_account", message)
    return PaymentRunItem(run_id=run.id, expense_id=expense.id, account_id=account.id)


def open_file(actor: Actor, payment_run_id: str, *, form: str) -> str:
    """The file for the bank, `nacha` or `csv`, with full account numbers; the audit trail hears of it first.

    Raises NotFound, Invalid on form, Conflict `account_changed` when a payee has given another account since, and
    `illegal_transition` for a run that is cancelled.
    """
    actor.require("costs.pay")
    answerable(actor)
    run = get_run(actor, payment_run_id)
    if form not in ("nacha", "csv"):
        raise Invalid({"form": [_("Choose one of: %(known)s.", known="nacha, csv")]})
    if run.state == CANCELLED:
        raise Conflict("illegal_transition", _("This payment run is cancelled."))
    audit.record(actor, "payment_run.file", run.id, after={"form": form})
    credits = list(_credits(run))
    if form == "csv":
        return "".join(csv_out.lines(COLUMNS, (_cells(each) for each in credits)))
    origin = find_origin(actor)
    if origin is None:
        raise Conflict("no_bank_origin", _("Say first how your bank knows your organisation."))
    known_as = nacha.Originator(
        routing=origin.routing,
        bank_name=origin.bank_name,
        company_name=origin.company_name,
        company_id=origin.company_id,
    )
    return nacha.write(known_as, credits, made_at=run.made_at, effective_on=run.effective_on)


def _credits(run: PaymentRun) -> Iterator[nacha.Credit]:
    """One payment to each account, whatever the number of its claims."""
    cents: dict[str, int] = {}
    for item, expense in list_items(run):
        cents[item.account_id] = cents.get(item.account_id, 0) + expense.amount_minor
    for account_id, amount in cents.items():
        account = db.session.get_one(PayeeAccount, account_id)
        if account.ended_at is not None:
            raise Conflict(
                "account_changed",
                _("A payee has changed the account since. Cancel this run and make another."),
            )
        yield nacha.Credit(
            routing=account.routing,
            number=account.number,
            kind=account.kind,
            holder=account.holder,
            cents=amount,
            reference=run.id.partition("_")[2][:15],
        )


def _cells(credit: nacha.Credit) -> tuple[object, ...]:
    # Numbers of accounts are texts: a spreadsheet would take leading zeros away.
    dollars = f"{credit.cents // 100}.{credit.cents % 100:02}"
    return (credit.holder, credit.routing, credit.number, credit.kind, dollars, CURRENCY, credit.reference)


def settle_run(actor: Actor, payment_run_id: str) -> PaymentRun:
    """The bank has paid: pay each claim from its fund, all of them or none. Raises what `pay_expense` does."""
    run = _end(actor, payment_run_id, PAID)
    for _item_of, expense in list_items(run):
        pay_expense(actor, expense.id)
    audit.record(actor, "payment_run.settled", run.id)
    return run


def cancel_run(actor: Actor, payment_run_id: str) -> PaymentRun:
    """The bank has not paid: the claims are approved and free again. Raises NotFound, Conflict."""
    run = _end(actor, payment_run_id, CANCELLED)
    audit.record(actor, "payment_run.cancelled", run.id)
    return run


def _end(actor: Actor, payment_run_id: str, state: str) -> PaymentRun:
    actor.require("costs.pay")
    member_id = answerable(actor)
    run = get_run(actor, payment_run_id, lock=True)
    run.move_to(state)
    run.ended_by_id, run.ended_at = member_id, clock.now()
    for item, _expense in list_items(run):
        item.waits = False
    db.session.flush()
    return run


def find_origin(actor: Actor) -> BankOrigin | None:
    return db.session.get(BankOrigin, actor.organisation_id)


def set_origin(
    actor: Actor, *, bank_name: str, routing: str, company_name: str, company_id: str
) -> BankOrigin:
    """How the bank knows the organisation. Raises Invalid on each field that does not fit the file."""
    actor.require("costs.pay")
    given = {
        "bank_name": bank_name.strip(),
        "company_name": company_name.strip(),
        "company_id": company_id.strip(),
    }
    wrong = {
        name: [_("Write 1 to %(most)s characters.", most=LONGEST[name])]
        for name, value in given.items()
        if not 1 <= len(value) <= LONGEST[name]
    }
    if not is_routing_number(routing):
        wrong["routing"] = [_("A routing number has nine digits; one of these is mistyped.")]
    if wrong:
        raise Invalid(wrong)
    origin = find_origin(actor) or BankOrigin(organisation_id=actor.organisation_id)
    origin.routing = routing
    for name, value in given.items():
        setattr(origin, name, value)
    db.session.add(origin)
    db.session.flush()
    audit.record(actor, "bank_origin.set", actor.organisation_id)
    return origin
