"""A process of ours leaves no memory behind on a disk."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

START = """
import os
from pathlib import Path
from app import create_app
from core.sealed import are_core_dumps_forbidden
from core.settings import Settings
assert not are_core_dumps_forbidden()
create_app(Settings(environment="testing", data_dir=Path("data"), queue_url="memory:"))
assert are_core_dumps_forbidden()
os.abort()
"""


def test_every_process_that_starts_forbids_its_core_dump(tmp_path: Path) -> None:
    """With the limit that a developer's shell may have; it aborts at the end and leaves no core."""
    (tmp_path / "start.py").write_text(START)
    done = subprocess.run(
        ["/bin/bash", "-c", f"ulimit -c unlimited; exec {sys.executable} start.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGABRT, done.stderr
    assert list(tmp_path.glob("core*")) == []
