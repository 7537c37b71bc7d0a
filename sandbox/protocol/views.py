"""How a remembered object is shown: composed of its parts, without what only the sandbox knows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.account import Account

Object = dict[str, Any]
View = Callable[["Account", Object], Object]

_views: dict[str, View] = {}
_parts: dict[tuple[str, str], Callable[["Account", Object], Any]] = {}


def view(kind: str) -> Callable[[View], View]:
    """Registers how objects of a kind are composed: the function answers the members to lay over."""

    def register(function: View) -> View:
        _views[kind] = function
        return function

    return register


def part(kind: str, field: str) -> Callable[[View], View]:
    """Registers a member that is left out until `expand` asks for it, such as a session's line items."""

    def register(function: View) -> View:
        _parts[kind, field] = function
        return function

    return register


def shown(account: "Account", row: Object) -> Object:
    """A copy fit for an answer. Names that begin with an underscore stay inside."""
    result = {name: value for name, value in row.items() if not name.startswith("_")}
    compose = _views.get(row.get("object", ""))
    return result | compose(account, row) if compose else result


def part_of(account: "Account", row: Object, field: str) -> Any:
    """The left-out member, or None when there is no such part."""
    compose = _parts.get((row.get("object", ""), field))
    return compose(account, row) if compose else None


def list_of(data: list[Object], url: str) -> Object:
    """Stripe's list object over a complete list."""
    return {"object": "list", "data": data, "has_more": False, "url": url}
