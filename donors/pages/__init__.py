"""The public pages: drives and giving to them, petitions, supporters' pages."""

from donors.pages import drives, petitions, supporters

__all__ = ["drives", "petitions", "supporters"]
