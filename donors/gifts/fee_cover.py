"""Covering the fee: what a donor adds so that the whole gift arrives. Never counted as raised."""

import tomllib
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.money import Money
from donors.gifts.gift import CARD
from donors.stripe_gateway import amounts


@dataclass(frozen=True)
class FeeRate:
    """`percent` of what is charged and a fixed part, never less than `least` and never more than `most`."""

    percent: Decimal
    fixed: Money
    most: Money | None = None
    least: Money | None = None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parents[1] / "data" / "fee_rates.toml").read_text())


@cache
def rate(currency: str, method: str = CARD) -> FeeRate | None:
    """The configured rate of a way to pay in a currency; None where covering the fee is not offered."""
    row = _table()[method].get(currency)
    if row is None:
        return None
    most, least = (
        Money(row[name], currency) if name in row else None for name in ("most_minor", "least_minor")
    )
    return FeeRate(Decimal(row["percent"]), Money(row["fixed_minor"], currency), most, least)


def cover(amount: Money, method: str = CARD) -> Money:
    """What to add to `amount` so that, after the fee on the sum of both, `amount` is left; rounded up."""
    found = rate(amount.currency, method)
    if found is None:
        return Money.zero(amount.currency)
    share = 1 - found.percent / 100
    charged = ((amount.minor + found.fixed.minor) / share).to_integral_value(rounding=ROUND_CEILING)
    if found.most is not None:
        charged = min(charged, Decimal(amount.minor + found.most.minor))
    if found.least is not None:
        charged = max(charged, Decimal(amount.minor + found.least.minor))
    step = amounts.step(amount.currency).minor
    return Money(-(-int(charged) // step) * step, amount.currency) - amount
