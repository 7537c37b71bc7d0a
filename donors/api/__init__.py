"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import (
    budget,
    close_outs,
    defence,
    disputes,
    donors,
    drives,
    employers,
    gifts,
    mailings,
    matching,
    merging,
    payouts,
    reconciliation,
    recurring,
    recurring_changes,
    supporters,
    webhooks,
)
from donors.api.blueprint import bp

__all__ = [
    "bp",
    "budget",
    "close_outs",
    "defence",
    "disputes",
    "donors",
    "drives",
    "employers",
    "gifts",
    "mailings",
    "matching",
    "merging",
    "payouts",
    "reconciliation",
    "recurring",
    "recurring_changes",
    "supporters",
    "webhooks",
]
