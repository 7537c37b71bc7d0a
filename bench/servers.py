"""Granian as in production, once for each application that is measured, all with the same settings."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

WORKERS = 2
THREADS = 1
_START_SECONDS = 60
_STOP_SECONDS = 10
_TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that the server and its workers have used so far."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(_cpu_seconds(int(pid)) for pid in (self.pid, *children))

    def get(self, path: str) -> bytes:
        """The body at `path`; raises AssertionError for anything but 200."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"{self.name}{path}: {answer.status} {body[:300]!r}"
        return body


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def serve(
    name: str, target: str, *, environment: dict[str, str], folder: Path, workers: int = WORKERS
) -> Iterator[Server]:
    """Run `target` (`module:factory`) until the block ends. Its log goes to a file in `folder`."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", str(THREADS), "--working-dir", str(ROOT), target]
    log_path = folder / f"{name}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            server = Server(name, port, process.pid)
            _wait(server, process, log_path, workers)
            yield server
        finally:
            _stop(process)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait(server: Server, process: "subprocess.Popen[bytes]", log: Path, workers: int) -> None:
    """Until every worker answers: each loads the application on its own."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if log.read_text(errors="replace").count("Started worker-") >= workers and _answers(server):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{server.name} did not start: {log.read_text(errors='replace')[-2000:]}")


def _answers(server: Server) -> bool:
    try:
        server.get("/healthz")
    except OSError:
        return False
    return True


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
