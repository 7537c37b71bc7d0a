"""Who answers for what an actor does, as `staff.api_token` says it."""

from staff.api_token import answerable, find_answerable

__all__ = ["answerable", "find_answerable"]
