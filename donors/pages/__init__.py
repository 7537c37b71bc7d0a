"""The public pages: drives and giving to them, campaigns, petitions, partners' links, supporters' pages."""

from donors.pages import (
    campaigns,
    drives,
    employers,
    own_supporter_page,
    petitions,
    pledges,
    referrals,
    supporters,
)

__all__ = [
    "campaigns",
    "drives",
    "employers",
    "own_supporter_page",
    "petitions",
    "pledges",
    "referrals",
    "supporters",
]
