"""A fund's ledger as beancount text, so that another program can add it up: `bean-check` reads it, and the balance
of every account that we keep stands at its end as an assertion (https://beancount.github.io/docs/).

Debits are positive there too.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Select, func, select

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import LedgerEntry, LedgerGroup, LedgerTotal
from core import clock
from core.db import db
from core.money import EXPONENTS, Money

_ROOTS = {
    **dict.fromkeys(ledger.ASSETS, "Assets"),
    **dict.fromkeys(ledger.INCOME, "Income"),
    ledger.EXCHANGE: "Equity",
    ledger.FUND_TRANSFERS: "Equity",
}
BATCH = 500


def account_name(account: str) -> str:
    """`bond_deposit` is `Assets:BondDeposit`; what is no asset, income or exchange is an expense."""
    return f"{_ROOTS.get(account, 'Expenses')}:{account.replace('_', ' ').title().replace(' ', '')}"


def export(fund: Fund) -> Iterator[str]:
    """The file, piece by piece: accounts, every group in the order in which it happened, kept balances."""
    first, last = db.session.execute(
        select(func.min(LedgerGroup.occurred_at), func.max(LedgerGroup.occurred_at)).where(
            LedgerGroup.id.in_(select(LedgerEntry.group_id).where(LedgerEntry.fund_id == fund.id))
        )
    ).one()
    began = (first or clock.now()).date()
    ended = (last or clock.now()).date()
    yield f'option "title" "{_quoted(fund.name)}"\n\n'
    for account in ledger.ACCOUNTS:
        yield f"{began} open {account_name(account)}\n"
    for _group_id, rows in groupby(_rows(fund), key=lambda row: row[0].id):
        yield _transaction(list(rows))
    yield "\n"
    for total in db.session.execute(_totals(fund)):
        amount = _amount(int(total[2]), total[1])
        yield f"{ended + timedelta(days=1)} balance {account_name(total[0])} {amount}\n"


def _rows(fund: Fund) -> Iterator[tuple[LedgerGroup, LedgerEntry]]:
    query = (
        select(LedgerGroup, LedgerEntry)
        .join(LedgerGroup, LedgerGroup.id == LedgerEntry.group_id)
        .where(LedgerEntry.fund_id == fund.id)
        .order_by(LedgerGroup.occurred_at, LedgerGroup.id, LedgerEntry.id)
    )
    for row in db.session.execute(query.execution_options(yield_per=BATCH)):
        yield row[0], row[1]


def _transaction(rows: list[tuple[LedgerGroup, LedgerEntry]]) -> str:
    group = rows[0][0]
    lines = [f'\n{group.occurred_at.date()} * "{_quoted(group.kind)}" "{_quoted(group.source)}"\n']
    lines += [
        f"  {account_name(entry.account)}  {_amount(entry.amount_minor, entry.currency)}\n"
        for _g, entry in rows
    ]
    return "".join(lines)


def _totals(fund: Fund) -> Select[str, str, int]:
    return (
        select(LedgerTotal.account, LedgerTotal.currency, func.sum(LedgerTotal.balance_minor))
        .where(LedgerTotal.fund_id == fund.id)
        .group_by(LedgerTotal.account, LedgerTotal.currency)
        .order_by(LedgerTotal.account, LedgerTotal.currency)
    )


def _amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).major:.{EXPONENTS[currency]}f} {currency}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
