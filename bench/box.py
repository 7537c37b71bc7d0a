"""The sandbox as a process of its own, delivering its events to a server that is measured."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.servers import ROOT
from bench.signing import SECRET


@contextmanager
def sandbox(port: int, webhook: str) -> Iterator[str]:
    """Run it on `port` until the block ends; yields its address. `webhook` is where events go."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port)]
    command += ["--webhook", webhook, "--webhook-secret", SECRET]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError("the sandbox did not start")
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        process.wait(10)
