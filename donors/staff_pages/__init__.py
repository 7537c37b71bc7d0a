"""Staff pages of giving, all under /staff: gifts, recurring gifts, donors, Stripe's events, the defence."""

from donors import agenda
from donors.staff_pages import (
    budget,
    close_outs,
    defence,
    disputes,
    donors,
    drive_panel,
    employers,
    events,
    gifts,
    mailings,
    match_changes,
    match_funds,
    own_account,
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
    "budget",
    "close_outs",
    "defence",
    "disputes",
    "donors",
    "drive_panel",
    "employers",
    "events",
    "gifts",
    "mailings",
    "match_changes",
    "match_funds",
    "own_account",
    "privacy",
    "reconciliation",
    "recurring",
    "recurring_changes",
    "webhooks",
]
