"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import (
    close_outs,
    defence,
    disputes,
    donors,
    drives,
    gifts,
    mailings,
    matching,
    payouts,
    reconciliation,
    recurring,
    recurring_changes,
    webhooks,
)
from donors.api.blueprint import bp

__all__ = [
    "bp",
    "close_outs",
    "defence",
    "disputes",
    "donors",
    "drives",
    "gifts",
    "mailings",
    "matching",
    "payouts",
    "reconciliation",
    "recurring",
    "recurring_changes",
    "webhooks",
]
