"""Three ways to say what a trust account holds, which must be one: the bank's statement, the ledger, and the
sum of the ledgers of the clients."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import case, func, select

from campaigns.funds.ledger import TRUST, LedgerEntry, LedgerGroup
from core import clock
from core.db import db
from core.money import Money
from legal.acting import find_answerable
from legal.matters.matter import Matter
from legal.matters.screen import screened
from legal.trust.trust_account import TrustAccount, TrustStatement
from legal.trust.trust_transfer import SENT, TrustMove, TrustTransfer
from staff.access import Actor


@dataclass(frozen=True)
class ClientLedger:
    """What an account holds for one matter; without an id, for those that the reader may not know."""

    matter_id: str
    title: str
    balance: Money


@dataclass(frozen=True)
class Reconciliation:
    """`bank` is None until a statement of that day or an earlier one was reported."""

    as_of: date
    bank: Money | None
    statement_on: date | None
    ledger: Money
    clients: list[ClientLedger]

    @property
    def clients_total(self) -> Money:
        return sum((each.balance for each in self.clients), Money.zero(self.ledger.currency))

    @property
    def agrees(self) -> bool:
        return self.bank == self.ledger == self.clients_total


def reconcile(account: TrustAccount, as_of: date, currency: str = "USD") -> Reconciliation:
    """The account at the end of that day."""
    statement = db.session.scalars(
        select(TrustStatement)
        .where(
            TrustStatement.account_id == account.id,
            TrustStatement.as_of <= as_of,
            TrustStatement.currency == currency,
        )
        .order_by(TrustStatement.as_of.desc(), TrustStatement.reported_at.desc())
        .limit(1)
    ).first()
    return Reconciliation(
        as_of=as_of,
        bank=statement.amount if statement else None,
        statement_on=statement.as_of if statement else None,
        ledger=_ledger(account, as_of, currency),
        clients=_clients(account, as_of, currency),
    )


def _ledger(account: TrustAccount, as_of: date, currency: str) -> Money:
    """Of the double entry: what the account's moves posted, as dated there."""
    moves = (
        select(TrustMove.id)
        .join(TrustTransfer, TrustTransfer.id == TrustMove.transfer_id)
        .where(TrustTransfer.account_id == account.id)
    )
    query = (
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(
            LedgerEntry.account == TRUST,
            LedgerEntry.currency == currency,
            LedgerGroup.source.in_(moves),
            LedgerGroup.occurred_at < clock.closes_at(as_of, "UTC"),
        )
    )
    return Money(int(db.session.scalar(query) or 0), currency)


def _clients(account: TrustAccount, as_of: date, currency: str) -> list[ClientLedger]:
    """Of the moves themselves, by matter."""
    signed = case((TrustMove.kind == SENT, TrustMove.amount_minor), else_=-TrustMove.amount_minor)
    query = (
        select(Matter.id, Matter.title, func.sum(signed))
        .join(TrustTransfer, TrustTransfer.matter_id == Matter.id)
        .join(TrustMove, TrustMove.transfer_id == TrustTransfer.id)
        .where(
            TrustTransfer.account_id == account.id,
            TrustMove.currency == currency,
            TrustMove.happened_on <= as_of,
        )
        .group_by(Matter.id, Matter.title)
        .order_by(Matter.title, Matter.id)
    )
    return [
        ClientLedger(matter_id, title, Money(int(minor), currency))
        for matter_id, title, minor in db.session.execute(query)
    ]


def reconcile_for(actor: Actor, account: TrustAccount, as_of: date) -> Reconciliation:
    """The same for a reader: the matters behind a screen are one sum without a name, so that all still adds up."""
    found, person_id = reconcile(account, as_of), find_answerable(actor)
    hidden = set(db.session.scalars(screened(person_id))) if person_id else set[str]()
    seen = [each for each in found.clients if each.matter_id not in hidden]
    rest = [each.balance for each in found.clients if each.matter_id in hidden]
    if rest:
        total = sum(rest, Money.zero(found.ledger.currency))
        seen.append(ClientLedger("", _("Matters that are not yours to see"), total))
    return replace(found, clients=seen)


def verify() -> Iterator[str]:
    """A sentence for each account whose ledger and clients differ, and for each client below zero."""
    today = clock.today()
    for account in db.session.scalars(select(TrustAccount).order_by(TrustAccount.id)):
        for currency in db.session.scalars(
            select(TrustTransfer.currency).where(TrustTransfer.account_id == account.id).distinct()
        ):
            found = reconcile(account, today, currency)
            if found.ledger != found.clients_total:
                yield f"{account.id}: ledger {found.ledger}, clients {found.clients_total}"
            for client in found.clients:
                if client.balance.minor < 0:
                    yield f"{account.id}: {client.matter_id} is overdrawn by {-client.balance}"
