"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import donors, drives, gifts, recurring, recurring_changes, webhooks
from donors.api.blueprint import bp

__all__ = ["bp", "donors", "drives", "gifts", "recurring", "recurring_changes", "webhooks"]
