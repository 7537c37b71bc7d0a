"""Reading the house's own source: modules, what they import, what they call."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "staff", "campaigns", "legal", "donors")
#: Files (or folders) of a package that meet the outside world.
EDGES = ("schemas", "api", "pages", "jobs", "cli", "webhook", "my_pages", "staff_pages", "agenda")


@cache
def modules(*packages: str) -> dict[str, ast.Module]:
    """Every module of these packages by its dotted name."""
    found = {}
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(), str(path))
    return found


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names that a module imports, with what it takes `from` them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.Module) -> Iterator[str]:
    """Calls as written: `transaction`, `datetime.now`, `os.environ.get`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def is_edge(module: str) -> bool:
    parts = module.split(".")
    return len(parts) > 1 and parts[1] in EDGES
