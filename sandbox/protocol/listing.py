"""Lists with `limit`, `starting_after`, `ending_before`, and ranges of time."""

from collections.abc import Callable
from typing import Any

from sandbox.protocol.call import Call
from sandbox.protocol.error import StripeError
from sandbox.protocol.views import Object

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def page_of(call: Call, kind: str, keep: Callable[[Object], bool] = lambda row: True) -> Object:
    """A page of an account's objects, newest first, after the filters `created` and `keep`."""
    rows = [row for row in reversed(call.account.all(kind)) if _in_range(row, call.params) and keep(row)]
    return page(call, rows, kind)


def page(call: Call, rows: list[Object], kind: str) -> Object:
    """One page of rows that are already in the order in which they are shown."""
    params = call.params
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise StripeError(
            "This value must be between 1 and 100 (inclusive)."
            if limit > 100
            else "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="limit",
        )
    more = False
    if "ending_before" in params:
        before = rows[: _position(call, rows, kind, "ending_before")]
        chosen, more = before[-limit:], len(before) > limit
    else:
        start = _position(call, rows, kind, "starting_after") + 1 if "starting_after" in params else 0
        chosen, more = rows[start : start + limit], len(rows) > start + limit
    data = [call.account.show(row) for row in chosen]
    return {"object": "list", "data": data, "has_more": more, "url": call.address}


def matching(call: Call, *names: str) -> Callable[[Object], bool]:
    """A filter by parameters of the same name as the object's member."""
    wanted: dict[str, Any] = {name: call.params[name] for name in names if name in call.params}
    return lambda row: all(row.get(name) == value for name, value in wanted.items())


def _in_range(row: Object, params: dict[str, Any]) -> bool:
    created = params.get("created")
    if created is None:
        return True
    if isinstance(created, int):
        return row["created"] == created
    return all(_COMPARISONS[name](row["created"], bound) for name, bound in created.items())


def _position(call: Call, rows: list[Object], kind: str, param: str) -> int:
    identifier = call.params[param]
    call.account.get(kind, identifier, param)
    return next((place for place, row in enumerate(rows) if row["id"] == identifier), len(rows))
