"""The public pages: drives and giving to them, petitions, partners' links."""

from donors.pages import drives, petitions, referrals

__all__ = ["drives", "petitions", "referrals"]
