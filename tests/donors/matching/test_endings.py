"""A gift ends without money through one door, which releases what it held of match funds."""

import ast

import pytest

from tests.architecture.reading import modules

pytestmark = pytest.mark.pure

DOOR = "donors.gifts.ending"


def test_only_one_module_ends_a_gift_unpaid() -> None:
    """Wherever a gift's own `EXPIRED` or `FAILED` is known, nothing is moved to it."""
    around = {
        name
        for name, tree in modules("donors").items()
        if name != DOOR
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "move"
        and any(isinstance(each, ast.Name) and each.id in _endings(tree) for each in node.args)
    }
    assert around == set()


def _endings(tree: ast.Module) -> set[str]:
    """What this module calls the two states of a gift."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "donors.gifts.gift"
        for alias in node.names
        if alias.name in {"EXPIRED", "FAILED"}
    }
