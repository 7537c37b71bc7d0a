"""Form bodies and queries with brackets, as Stripe's libraries write them."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.protocol.error import StripeError

_SEGMENT = re.compile(r"\[([^\[\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """`a[b][0][c]=1&d[]=2` as {"a": {"b": {"0": {"c": "1"}}}, "d": {"0": "2"}}.

    Leaves are strings; lists stay dictionaries of positions until a schema says what they are.
    """
    result: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, bracket, _ = name.partition("[")
        path = [head, *_SEGMENT.findall(name[len(head) :])] if bracket else [name]
        _place(result, path, value, name)
    return result


def _place(target: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for segment in path[:-1]:
        below = target.setdefault(segment or str(len(target)), {})
        if not isinstance(below, dict):
            raise StripeError(f"Invalid object: {name}", param=path[0])
        target = below
    target[path[-1] or str(len(target))] = value
