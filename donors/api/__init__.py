"""Giving for software: gifts and their refunds, recurring gifts, donors, drives' figures, receipts."""

from donors.api import donors, drives, gifts, recurring
from donors.api.blueprint import bp

__all__ = ["bp", "donors", "drives", "gifts", "recurring"]
