"""Habits that keep the house honest: core without the domain, nothing swallowed, nothing changed by looking."""

import ast

import pytest
from alembic.script import ScriptDirectory
from flask import Flask

from core.schema import MIGRATIONS
from tests.architecture.reading import PACKAGES, modules

pytestmark = pytest.mark.pure

DOMAIN = {"donor", "donors", "gift", "gifts", "campaign", "campaigns", "lawyer", "matter", "receipt", "bond"}


def test_core_knows_no_word_of_the_domain() -> None:
    wrong = {
        f"{name} says {identifier}"
        for name, tree in modules("core").items()
        for identifier in _identifiers(tree)
        if DOMAIN & set(identifier.lower().split("_"))
    }
    assert wrong == set()


def _identifiers(tree: ast.Module) -> set[str]:
    return {
        str(getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None))
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute | ast.FunctionDef | ast.ClassDef)
    }


def test_no_failure_is_swallowed_without_a_word() -> None:
    silent = [
        f"{name}:{node.lineno}"
        for name, tree in modules(*PACKAGES).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(each, ast.Pass) for each in node.body)
    ]
    assert silent == []


def test_nothing_is_changed_by_looking(the_app: Flask) -> None:
    """No view takes both GET and what changes something, so that looking can never change anything."""
    mixed = {
        rule.rule
        for rule in the_app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
        and not rule.endpoint.startswith("security.")  # Flask-Security's own views
        and not hasattr(the_app.view_functions[rule.endpoint], "view_class")
    }
    assert mixed == set()


def test_every_migration_follows_the_one_before() -> None:
    found = list(reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())))
    assert [each.revision for each in found] == [f"{number:04d}" for number in range(1, len(found) + 1)]
    assert [each.down_revision for each in found] == [None, *(each.revision for each in found[:-1])]
