"""Staff pages of the law work: hours and their approval, matters, costs, bonds."""

from legal import agenda
from legal.pages import (
    approvals,
    bonds,
    certifications,
    cost_rules,
    entries,
    expenses,
    hours,
    ledes,
    matters,
    receipts,
)
from legal.pages.blueprint import bp

__all__ = [
    "agenda",
    "approvals",
    "bonds",
    "bp",
    "certifications",
    "cost_rules",
    "entries",
    "expenses",
    "hours",
    "ledes",
    "matters",
    "receipts",
]
