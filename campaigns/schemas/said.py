"""Sentences for marshmallow, which calls them `str` where ours are read in the language of the request."""

from typing import Any


def said(**sentences: object) -> Any:
    """Keyword arguments or `error_messages` with lazily translated sentences."""
    return sentences
