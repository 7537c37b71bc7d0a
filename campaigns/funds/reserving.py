"""Money of a fund that is promised already: still cash, and not free to be moved or given back.

Each package says what it knows of, under a name that staff reads:

    @reserving.reserves(lazy_gettext("Approved costs"))
    def approved_costs(fund: Fund) -> Money: ...
"""

from collections.abc import Callable
from typing import Any

from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from core.money import Money

Provider = Callable[[Fund], Money]

_providers: list[tuple[Any, Provider]] = []


def reserves(name: Any) -> Callable[[Provider], Provider]:
    """Register a provider under its (lazily translated) name."""

    def register(provider: Provider) -> Provider:
        _providers.append((name, provider))
        return provider

    return register


def reserved(fund: Fund) -> list[tuple[str, Money]]:
    """What is promised, by name; what is nothing is left out."""
    found = [(str(name), provider(fund)) for name, provider in _providers]
    return [(name, amount) for name, amount in found if amount]


def free(fund: Fund) -> Money:
    """Cash that is promised to nobody; never below zero. Deposits and money in trust are no cash."""
    cash = ledger.balance(fund.id, ledger.CASH, fund.currency)
    left = cash - sum((amount for _name, amount in reserved(fund)), Money.zero(fund.currency))
    return max(left, Money.zero(fund.currency))
