"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import donors, drives, gifts, mailings, recurring, recurring_changes, webhooks
from donors.api.blueprint import bp

__all__ = ["bp", "donors", "drives", "gifts", "mailings", "recurring", "recurring_changes", "webhooks"]
