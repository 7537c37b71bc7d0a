"""Campaigns, drives, funds, clients and updates for software, under /api/v1."""

from campaigns.api import (
    campaigns,
    clients,
    comments,
    drives,
    funds,
    handovers,
    partners,
    petitions,
    texts,
    timeline,
    transfers,
    updates,
)
from campaigns.api.blueprint import bp

__all__ = [
    "bp",
    "campaigns",
    "clients",
    "comments",
    "drives",
    "funds",
    "handovers",
    "partners",
    "petitions",
    "texts",
    "timeline",
    "transfers",
    "updates",
]
