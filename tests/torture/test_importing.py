"""A large file comes in, changes nothing the second time and goes again.

The suite imports a few thousand rows; `AMPARO_TORTURE=1` a hundred thousand, and prints how long it took.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import migrated_url
from tests.stories.house import ROOT
from tests.torture.importing import bad_rows

IS_LONG = bool(os.environ.get("AMPARO_TORTURE"))
ROWS = 100_000 if IS_LONG else 2_000
KILLS = 25 if IS_LONG else 3
#: Seconds within which a worker is killed.
LONGEST_LIFE = 0.6
KILL_ROWS = 20_000 if IS_LONG else 4_000
pytestmark = [] if IS_LONG else [pytest.mark.once]


@pytest.fixture
def settings(tmp_path: Path, database_kind: str) -> str:
    return json.dumps(
        {
            "environment": "testing",
            "data_dir": str(tmp_path),
            "database_url": migrated_url(database_kind, tmp_path),
            "base_url": "http://localhost",
            "queue_url": "memory:",
            "stripe_api_base": "http://127.0.0.1:9",
            "log_level": "CRITICAL",
        }
    )


def command(what: str, which: str, settings: str) -> list[str]:
    return [sys.executable, "-m", "tests.torture.importing", what, which, settings]


def told(what: str, which: str, settings: str) -> dict[str, Any]:
    ran = subprocess.run(
        command(what, which, settings), cwd=ROOT, capture_output=True, timeout=1800, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])


def test_a_large_file_comes_in_and_goes_again(settings: str, database_kind: str) -> None:
    found = told("whole", str(ROWS), settings)
    bad = bad_rows(ROWS)
    assert found["checked"]["ok"] == found["imported"]["imported"] == found["undone"]["undone"]
    assert found["checked"]["bad"] == found["imported"]["bad"] == [bad, found["checked"]["bad"][1]]
    assert found["checked"]["ok"][0] == ROWS - bad
    assert found["bad_rows"] == bad
    assert found["again"]["duplicate"] == found["checked_again"]["duplicate"] == found["checked"]["ok"]
    assert found["after_check"] == found["before"]
    assert found["after_import"]["standing"] == ROWS - bad
    assert 0 < found["after_import"]["gifts"] < ROWS - bad  # some lie before the drive's window
    assert found["after_again"] == found["after_import"]
    assert found["after_undo"] == found["before"]
    assert found["wrong"] == []
    print(f"\n{database_kind}, {ROWS} rows: seconds {found['seconds']}")  # noqa: T201


def test_workers_that_are_killed_double_nothing(settings: str) -> None:
    """Each worker is killed at a random moment and the next goes on: dry run and import end as if none was."""
    import_id = told("ready", str(KILL_ROWS), settings)["id"]
    chance, killed = random.Random(20), 0
    for ask in (None, "next"):
        if ask:
            told(ask, import_id, settings)
        for _kill in range(KILLS):
            killed += work_and_be_killed(import_id, settings, chance)
        told("work", import_id, settings)
    end = told("end", import_id, settings)
    sound = KILL_ROWS - bad_rows(KILL_ROWS)
    assert (end["state"], end["rows"]["imported"][0]) == ("imported", sound)
    assert end["figures"]["standing"] == sound
    assert end["wrong"] == []
    assert killed > 0


def work_and_be_killed(import_id: str, settings: str, chance: random.Random) -> bool:
    """Whether it was still at work when it was killed."""
    worker = subprocess.Popen(
        command("work", import_id, settings), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert worker.stdout is not None
    worker.stdout.readline()  # it begins
    try:
        worker.wait(timeout=chance.random() * LONGEST_LIFE)
    except subprocess.TimeoutExpired:
        worker.kill()
        return True
    finally:
        worker.communicate()
    return False
