"""Bonds in five figures: posted in all, held, returned, forfeited, and how often the capital was used."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Select, select

from campaigns.funds import ledger
from campaigns.funds.ledger import RAISED
from core.db import db
from core.money import Money
from legal.bonds.bond import BREACHED, HELD, REFUNDED, Bond

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class BondFigures:
    """`posted` is always held + returned + forfeited; `capital` is what was given to the funds."""

    posted: Money
    held: Money
    returned: Money
    forfeited: Money
    capital: Money

    @property
    def times_recycled(self) -> Decimal | None:
        """How often each unit of capital was posted, to the hundredth; None without capital."""
        if self.capital.minor <= 0:
            return None
        return (Decimal(self.posted.minor) / self.capital.minor).quantize(HUNDREDTH, ROUND_HALF_UP)


def bond_figures(bonds: Select[Bond], *, currency: str = "USD") -> BondFigures:
    """The figures of the bonds that a query selects, in one currency."""
    wanted = bonds.where(Bond.currency == currency).order_by(None).subquery()
    query = select(wanted.c.state, wanted.c.amount_minor, wanted.c.fund_id)
    rows = [(state, int(minor), fund_id) for state, minor, fund_id in db.session.execute(query)]
    funds = {fund_id for state, _minor, fund_id in rows if state in HELD | {REFUNDED, BREACHED}}
    given = -sum(ledger.balance(fund_id, RAISED, currency).minor for fund_id in sorted(funds))
    return figures_of(((state, minor) for state, minor, _fund in rows), Money(given, currency))


def figures_of(bonds: Iterable[tuple[str, int]], capital: Money) -> BondFigures:
    """The same from (state, minor units) alone."""
    sums = {"held": 0, "returned": 0, "forfeited": 0}
    for state, minor in bonds:
        name = {REFUNDED: "returned", BREACHED: "forfeited"}.get(state, "held" if state in HELD else "")
        if name:
            sums[name] += minor
    currency = capital.currency
    return BondFigures(
        posted=Money(sum(sums.values()), currency),
        capital=capital,
        **{name: Money(minor, currency) for name, minor in sums.items()},
    )
