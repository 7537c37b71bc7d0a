"""The public pages: drives and giving to them, petitions, supporters' pages."""

from donors.pages import drives, employers, own_supporter_page, petitions, supporters

__all__ = ["drives", "employers", "own_supporter_page", "petitions", "supporters"]
