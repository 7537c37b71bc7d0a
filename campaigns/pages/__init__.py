"""Staff pages of campaigns/, all under /staff."""

from campaigns.pages import campaigns, clients, drafts, drives, funds, home, partners, updates
from campaigns.pages.blueprint import bp

__all__ = ["bp", "campaigns", "clients", "drafts", "drives", "funds", "home", "partners", "updates"]
