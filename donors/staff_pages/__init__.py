"""Staff pages of giving, all under /staff: gifts, recurring gifts, donors, Stripe's events, the defence."""

from donors import agenda
from donors.staff_pages import (
    defence,
    disputes,
    donors,
    drive_panel,
    events,
    gifts,
    mailings,
    own_account,
    partners,
    privacy,
    reconciliation,
    recurring,
    recurring_changes,
    webhooks,
)
from donors.staff_pages.blueprint import bp

__all__ = [
    "agenda",
    "bp",
    "defence",
    "disputes",
    "donors",
    "drive_panel",
    "events",
    "gifts",
    "mailings",
    "own_account",
    "partners",
    "privacy",
    "reconciliation",
    "recurring",
    "recurring_changes",
    "webhooks",
]
