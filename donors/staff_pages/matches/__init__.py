"""Staff pages of money that follows gifts: match funds of sponsors, matches by employers."""

from donors.staff_pages.matches import employers, match_changes, match_funds

__all__ = ["employers", "match_changes", "match_funds"]
