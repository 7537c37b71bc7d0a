"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import (
    defence,
    disputes,
    donors,
    drives,
    gifts,
    mailings,
    partners,
    payouts,
    recurring,
    recurring_changes,
    webhooks,
)
from donors.api.blueprint import bp

__all__ = [
    "bp",
    "defence",
    "disputes",
    "donors",
    "drives",
    "gifts",
    "mailings",
    "partners",
    "payouts",
    "recurring",
    "recurring_changes",
    "webhooks",
]
