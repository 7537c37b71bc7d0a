"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import (
    budget,
    defence,
    disputes,
    donors,
    drives,
    employers,
    gifts,
    mailings,
    payouts,
    recurring,
    recurring_changes,
    webhooks,
)
from donors.api.blueprint import bp

__all__ = [
    "bp",
    "budget",
    "defence",
    "disputes",
    "donors",
    "drives",
    "employers",
    "gifts",
    "mailings",
    "payouts",
    "recurring",
    "recurring_changes",
    "webhooks",
]
