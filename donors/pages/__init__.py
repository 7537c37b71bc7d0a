"""The public pages: drives and giving to them, petitions, supporters' pages."""

from donors.pages import drives, employers, own_supporter_page, petitions, pledges, supporters

__all__ = ["drives", "employers", "own_supporter_page", "petitions", "pledges", "supporters"]
