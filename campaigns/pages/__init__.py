"""Staff pages of campaigns/, all under /staff."""

from campaigns import jobs
from campaigns.pages import (
    campaigns,
    clients,
    consents,
    drafts,
    drives,
    funds,
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
    "consents",
    "drafts",
    "drives",
    "funds",
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
