"""Workers that are killed at random moments end where workers end that nobody kills.

The suite kills six; `AMPARO_KILLS=150` (`make torture`) kills as many as it says.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.server import start
from tests.databases import migrated_url
from tests.stories.house import ROOT
from tests.stories.letterbox import letterbox

KILLS = int(os.environ.get("AMPARO_KILLS", "6"))
pytestmark = [pytest.mark.once] if KILLS < 20 else []


def test_workers_that_are_killed_end_like_those_that_are_not(tmp_path: Path, database_kind: str) -> None:
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
            [sys.executable, "-m", "tests.torture.killing", str(KILLS), json.dumps(settings)],
            cwd=ROOT,
            env=dict(os.environ),
            capture_output=True,
            timeout=3600,
            check=False,
        )
        assert walked.returncode == 0, walked.stderr.decode()[-3000:]
        outcome = json.loads(walked.stdout)
        assert outcome["wanted"]["wrong"] == []
        assert outcome["wanted"]["open_events"] == 0
        assert outcome["found"] == outcome["wanted"]
        assert KILLS * 2 / 3 <= outcome["killed"] <= KILLS  # a quick worker may end before its killer looks
        # Both walks mailed the same people the same number of times, a repeated Message-ID being one mail.
        mails = sum(len(letters.to(f"donor{number}@example.org")) for number in range(10))
        assert mails == 2 * len(outcome["wanted"]["mails"])
