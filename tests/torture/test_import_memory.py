"""An import holds as much memory for a hundred thousand rows as for ten thousand, in each of its steps.

`AMPARO_TORTURE=1` measures whole processes. The suite looks closer at fewer rows: what a step leaves behind, with the
collector of cycles off, since in a process of many objects it comes too seldom to be counted on.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import fresh_url
from tests.donors.importing.conftest import Importing, frida, importing, no_files_left
from tests.stories.house import ROOT
from tests.torture.importing import lines

__all__ = ["frida", "importing", "no_files_left"]
IS_LONG = bool(os.environ.get("AMPARO_TORTURE"))
SMALLER, LARGER = 10_000, 100_000
#: How much more the process may hold, in any step, than after a first import, which fills the caches: the rows of a
#: piece, and SQLite's pages, of which it keeps 16 MB at most.
MOST_GROWTH_MB = 16
#: How much higher the peak of a step may be with ten times the rows.
MOST_DIFFERENCE_MB = 6
PIECE = 200
_MANY = (list, dict, set, tuple)


if IS_LONG:

    def test_memory_does_not_grow_with_the_file(tmp_path: Path, database_kind: str) -> None:
        told = _measured(tmp_path, database_kind)
        start, smaller, larger = told["start"], told["smaller"]["peak_mb"], told["larger"]["peak_mb"]
        growth = {name: round(peak - start, 1) for name, peak in larger.items()}
        difference = {name: round(peak - smaller[name], 1) for name, peak in larger.items()}
        print(f"\n{database_kind}: held {start} MB, growth {growth}, {told['larger']['seconds']} s")  # noqa: T201
        assert {name: mb for name, mb in growth.items() if mb > MOST_GROWTH_MB} == {}
        assert {name: mb for name, mb in difference.items() if mb > MOST_DIFFERENCE_MB} == {}


def _measured(folder: Path, database_kind: str) -> dict[str, Any]:
    settings = {
        "environment": "testing",
        "data_dir": str(folder),
        "database_url": fresh_url(database_kind, folder),
        "base_url": "http://localhost",
        "queue_url": "memory:",
        "stripe_api_base": "http://127.0.0.1:9",
        "log_level": "CRITICAL",
    }
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.torture.import_memory",
            str(SMALLER),
            str(LARGER),
            json.dumps(settings),
        ],
        cwd=ROOT,
        capture_output=True,
        timeout=3600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture
def cycles() -> Iterator[Callable[[], list[Any]]]:
    """What only the collector of cycles finds since it was asked last; until then it is off."""

    def found() -> list[Any]:
        gc.collect()
        garbage, gc.garbage[:] = list(gc.garbage), []
        return garbage

    gc.collect()
    gc.freeze()  # nothing that is there already is looked at again
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield found
    gc.set_debug(0)
    gc.garbage.clear()
    gc.unfreeze()
    gc.enable()


def test_no_step_leaves_its_rows_behind(
    importing: Importing,  # noqa: F811
    cycles: Callable[[], list[Any]],
) -> None:
    found = importing.upload("".join(lines(3 * PIECE)).encode(), "old system", piece_rows=PIECE)
    longest: dict[str, int] = {}
    for name, work in (("dry run", importing.check), ("import", importing.start), ("undo", importing.undo)):
        cycles()
        work(found)
        longest[name] = max((len(each) for each in cycles() if isinstance(each, _MANY)), default=0)
    assert {name: length for name, length in longest.items() if length > PIECE // 4} == {}
