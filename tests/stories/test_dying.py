"""A process that is killed between any two steps of a gift's way loses nothing and doubles nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox.server import start
from tests.databases import migrated_url
from tests.stories.house import ROOT
from tests.stories.letterbox import letterbox

#: Every second step on the one database, the others on the other; `make torture` takes all of them on both.
FIRST, EVERY = (
    ({"sqlite": 0, "postgresql": 0}, 1)
    if os.environ.get("AMPARO_TORTURE")
    else ({"sqlite": 0, "postgresql": 1}, 2)
)


def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path, database_kind: str) -> None:
    with start() as box, letterbox() as letters:
        settings = {
            "environment": "testing",
            "data_dir": str(tmp_path),
            "database_url": migrated_url(database_kind, tmp_path),
            "base_url": "http://localhost",
            "queue_url": "memory:",
            "mail_url": letters.url,
            "stripe_api_base": box.url,
            "log_level": "CRITICAL",
        }
        walked = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.stories.journey",
                f"{FIRST[database_kind]}:{EVERY}",
                json.dumps(settings),
            ],
            cwd=ROOT,
            env=dict(os.environ),
            capture_output=True,
            timeout=240,
            check=False,
        )
        assert walked.returncode == 0, walked.stderr.decode()[-3000:]
        journeys = json.loads(walked.stdout)
        assert sum(len(found["killed"]) for found in journeys.values()) >= 32 // EVERY
        assert set(journeys) == {"once_and_refunded", "monthly_and_cancelled"}
        owed = sum(_holds(name, **found) for name, found in journeys.items())
        assert len(letters.to("ana@example.org")) == owed


def _holds(name: str, undisturbed: dict[str, Any], killed: dict[str, Any]) -> int:
    """Every interrupted walk ends like the one that nobody interrupts; returns how many mails all owe."""
    assert undisturbed["wrong"] == []
    assert undisturbed["open_events"] == 0
    assert all(is_sent for _key, is_sent in undisturbed["mails"])
    for place, outcome in killed.items():
        assert outcome == undisturbed, f"{name}, killed after {place}"
    walks = len(killed) + 2  # the undisturbed one, and the rehearsal before it
    return walks * len(undisturbed["mails"])
