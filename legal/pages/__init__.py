"""Staff pages of the law work: hours and their approval, matters, costs, bonds."""

from legal import agenda
from legal.pages import approvals, bonds, expenses, hours, ledes, matters, receipts
from legal.pages.blueprint import bp

__all__ = ["agenda", "approvals", "bonds", "bp", "expenses", "hours", "ledes", "matters", "receipts"]
