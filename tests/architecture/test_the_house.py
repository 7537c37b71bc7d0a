"""The arrows and the rules of the house, read from its source."""

import ast
from pathlib import Path

import pytest

from tests.architecture.reading import EDGES, PACKAGES, ROOT, calls, imports, is_edge, modules

pytestmark = pytest.mark.pure

HOUSE = modules(*PACKAGES)
#: What opens a transaction besides edges, each with its reason in docs/decisions/ or in its own docstring.
OPEN_TRANSACTIONS = {
    *("core.mail", "staff.sign_in", "staff.bearer", "staff.sessions.watching", "donors.webhooks_out.sending"),
    *("donors.payments.at_stripe", "donors.payments.promises_at_stripe", "donors.payments.defence_at_stripe"),
    *("donors.payments.disputes_at_stripe", "donors.payments.movements_at_stripe"),
    *("donors.payments.events_at_stripe", "donors.payments.close_outs_at_stripe"),
}


def test_no_package_imports_one_to_its_right() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, tree in HOUSE.items()
        for target in imports(tree)
        if (package := target.split(".")[0]) in PACKAGES
        and PACKAGES.index(package) > PACKAGES.index(name.split(".")[0])
    ]
    assert wrong == []


def test_nothing_imports_the_front_door_or_what_stands_apart() -> None:
    apart = {"app", "sandbox", "demo", "bench", "tests"}
    wrong = [
        f"{n} imports {t}" for n, tree in HOUSE.items() for t in imports(tree) if t.split(".")[0] in apart
    ]
    assert wrong == []


def test_the_sandbox_knows_nothing_of_the_application() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, tree in modules("sandbox").items()
        for target in imports(tree)
        if target.split(".")[0] in (*PACKAGES, "app", "demo", "bench", "flask", "sqlalchemy")
    ]
    assert wrong == []


def test_nouns_do_not_import_their_own_edges() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, tree in HOUSE.items()
        if not is_edge(name)
        for target in imports(tree)
        if target.split(".")[0] == name.split(".")[0] != "core" and is_edge(target)
    ]
    assert wrong == []


def test_only_edges_open_transactions() -> None:
    opened = {
        name for name, tree in HOUSE.items() if "transaction" in set(calls(tree)) and not is_edge(name)
    } - {"core.db"}
    assert opened == OPEN_TRANSACTIONS


def test_only_the_one_transaction_commits() -> None:
    commits = {name for name, tree in HOUSE.items() if any(call.endswith(".commit") for call in calls(tree))}
    assert commits == {"core.db"}


def test_only_the_clock_asks_for_the_time() -> None:
    asking = {
        name
        for name, tree in HOUSE.items()
        for call in calls(tree)
        if call.endswith((".now", ".utcnow", ".today")) and call.split(".")[0] in {"datetime", "date"}
    }
    assert asking == {"core.clock"}


def test_only_the_gateway_knows_stripe() -> None:
    knowing = {name for name, tree in HOUSE.items() if "stripe" in {t.split(".")[0] for t in imports(tree)}}
    gateway = "donors.stripe_gateway"
    assert [name for name in knowing if name != gateway and not name.startswith(f"{gateway}.")] == []
    assert knowing != set()


def test_the_gateway_is_entered_by_its_door() -> None:
    inside = "donors.stripe_gateway"
    wrong = [
        f"{name} imports from {node.module}"
        for name, tree in HOUSE.items()
        if name != inside and not name.startswith(f"{inside}.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{inside}.")
    ]
    assert wrong == []


def test_only_the_settings_read_the_environment() -> None:
    reading = {
        name
        for name, tree in HOUSE.items()
        if {"environs", "dotenv"} & {t.split(".")[0] for t in imports(tree)}
        or any(isinstance(n, ast.Attribute) and ast.unparse(n) == "os.environ" for n in ast.walk(tree))
        or "os.getenv" in set(calls(tree))
    }
    assert reading == {"core.settings"}


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"utils.py", "helpers.py", "common.py", "constants.py", "misc.py", "manager.py"}
    assert [str(p) for package in PACKAGES for p in (ROOT / package).rglob("*.py") if p.name in empty] == []


def test_every_kind_of_edge_is_used() -> None:
    used = {name.split(".")[1] for name in HOUSE if is_edge(name)}
    assert used == set(EDGES)


def test_a_folder_of_many_files_is_cut_by_noun() -> None:
    sizes = {folder: len(list(folder.glob("*.py"))) for package in PACKAGES for folder in _folders(package)}
    assert {str(folder.relative_to(ROOT)): size for folder, size in sizes.items() if size > 21} == {}


def _folders(package: str) -> list[Path]:
    return [ROOT / package, *(path for path in (ROOT / package).rglob("*") if path.is_dir())]
