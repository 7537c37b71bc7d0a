"""The public pages: drives and giving to them, petitions."""

from donors.pages import drives, petitions, pledges

__all__ = ["drives", "petitions", "pledges"]
