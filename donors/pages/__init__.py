"""The public pages: drives and giving to them, petitions."""

from donors.pages import drives, employers, petitions

__all__ = ["drives", "employers", "petitions"]
