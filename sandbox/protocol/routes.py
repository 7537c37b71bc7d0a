"""Which function answers which address of Stripe's API."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.protocol.call import Call

Answer = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """One operation of Stripe's document, by the template it has there."""

    method: str
    template: str
    answer: Answer


_exact: dict[tuple[str, str], Route] = {}
_patterns: list[tuple[str, re.Pattern[str], Route]] = []


def route(method: str, template: str) -> Callable[[Answer], Answer]:
    """Registers the function that answers, under the template of Stripe's document."""

    def register(answer: Answer) -> Answer:
        entry = Route(method, template, answer)
        _exact[method, template] = entry
        if "{" in template:
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            _patterns.append((method, re.compile(pattern + r"\Z"), entry))
        return answer

    return register


def match(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of an address and the identifiers in it. A fixed address comes before a pattern."""
    if entry := _exact.get((method, path)):
        return entry, {}
    for wanted, pattern, entry in _patterns:
        if wanted == method and (found := pattern.match(path)):
            return entry, found.groupdict()
    return None


def all_routes() -> list[Route]:
    """Every operation that is answered, by address."""
    return sorted(_exact.values(), key=lambda entry: (entry.template, entry.method))
