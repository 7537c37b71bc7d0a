"""The public pages: drives and giving to them, campaigns, petitions, partners' links."""

from donors.pages import campaigns, drives, petitions, referrals

__all__ = ["campaigns", "drives", "petitions", "referrals"]
