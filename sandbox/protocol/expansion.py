"""`expand`: identifiers replaced by the objects they stand for, four levels deep at most (`data` counts)."""

from typing import Any

from sandbox.account import Account, kind_of
from sandbox.protocol.document import expandable_fields
from sandbox.protocol.error import StripeError
from sandbox.protocol.views import Object, part_of

_DEEPEST = 4


def expand(account: Account, answer: Object, paths: list[str]) -> Object:
    """The answer with every path expanded. Raises StripeError 400 for a path that cannot be."""
    for path in paths:
        segments = path.split(".")
        if len(segments) > _DEEPEST:
            raise StripeError(
                f"You cannot expand more than {_DEEPEST} levels of a property. Property: {path}",
                code="property_expansion_max_depth",
            )
        _walk(account, answer, segments, path)
    return answer


def _walk(account: Account, node: Any, segments: list[str], path: str) -> None:
    if not segments:
        return
    if isinstance(node, list):
        for member in node:
            _walk(account, member, segments, path)
        return
    if not isinstance(node, dict):
        return
    name, rest = segments[0], segments[1:]
    if node.get("object") == "list":
        _require(name == "data", path)
        _walk(account, node["data"], rest, path)
        return
    _require("object" not in node or name in expandable_fields(node["object"]), path)
    if name not in node or (node[name] is None and "object" in node):
        _include(account, node, name)
    node[name] = _expanded(account, node.get(name))
    _walk(account, node[name], rest, path)


def _require(condition: bool, path: str) -> None:
    if not condition:
        raise StripeError(
            f"This property cannot be expanded ({path}).",
            param="expand",
        )


def _include(account: Account, node: Object, name: str) -> None:
    row = account.find(node["object"], node.get("id")) if "object" in node else None
    if row is not None:
        node[name] = part_of(account, row, name)


def _expanded(account: Account, value: Any) -> Any:
    if isinstance(value, list):
        return [_expanded(account, member) for member in value]
    if not isinstance(value, str):
        return value
    kind = kind_of(value)
    row = account.find(kind, value) if kind else None
    return account.show(row) if row else value
