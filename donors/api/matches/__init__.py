"""Money that follows gifts, for software: match funds of sponsors, matches by employers."""

from donors.api.matches import employers, matching

__all__ = ["employers", "matching"]
