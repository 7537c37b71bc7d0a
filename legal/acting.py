"""Who answers for what an actor does, as `staff.acting` says it."""

from staff.acting import answerable, find_answerable

__all__ = ["answerable", "find_answerable"]
