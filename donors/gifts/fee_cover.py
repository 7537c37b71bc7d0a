"""Covering the fee: what a donor adds so that the whole gift arrives. Never counted as raised."""

import tomllib
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path

from core.money import Money
from donors.stripe_gateway import amounts


@dataclass(frozen=True)
class FeeRate:
    percent: Decimal
    fixed: Money


@cache
def rate(currency: str) -> FeeRate | None:
    """The configured rate of a currency; None where covering the fee is not offered."""
    table = tomllib.loads((Path(__file__).parents[1] / "data" / "fee_rates.toml").read_text())
    row = table.get(currency)
    if row is None:
        return None
    return FeeRate(percent=Decimal(row["percent"]), fixed=Money(row["fixed_minor"], currency))


def cover(amount: Money) -> Money:
    """What to add to `amount` so that, after the fee on the sum of both, `amount` is left; rounded up."""
    found = rate(amount.currency)
    if found is None:
        return Money.zero(amount.currency)
    share = 1 - found.percent / 100
    charged = ((amount.minor + found.fixed.minor) / share).to_integral_value(rounding=ROUND_CEILING)
    step = amounts.step(amount.currency).minor
    return Money(-(-int(charged) // step) * step, amount.currency) - amount
