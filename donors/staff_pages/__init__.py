"""Staff pages of giving, all under /staff: gifts, recurring gifts, donors, Stripe's events, the defence."""

from donors import agenda
from donors.staff_pages import (
    disputes,
    recurring_changes,
)
from donors.staff_pages.blueprint import bp

__all__ = [
    "agenda",
    "bp",
    "disputes",
    "recurring_changes",
]
