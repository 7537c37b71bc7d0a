"""Staff pages of campaigns/, all under /staff."""

from campaigns import jobs
from campaigns.pages import (
    campaigns,
    clients,
    comments,
    consents,
    drafts,
    drives,
    funds,
    handovers,
    home,
    partners,
    petitions,
    pictures,
    texts,
    timeline,
    transfers,
    updates,
)
from campaigns.pages.blueprint import bp

__all__ = [
    "bp",
    "campaigns",
    "clients",
    "comments",
    "consents",
    "drafts",
    "drives",
    "funds",
    "handovers",
    "home",
    "jobs",
    "partners",
    "petitions",
    "pictures",
    "texts",
    "timeline",
    "transfers",
    "updates",
]
