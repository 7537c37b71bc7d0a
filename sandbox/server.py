"""Starting and stopping the sandbox, in this process or as a program."""

import threading
import time
from dataclasses import replace
from typing import Any

from sandbox import control, index_page, receipt_page
from sandbox import routing as _routing  # noqa: F401 (registers every route)
from sandbox.billing.advancing import advance
from sandbox.checkout import page
from sandbox.faults import suffer
from sandbox.html import STYLE, style_sheet
from sandbox.protocol import api
from sandbox.protocol.document import document
from sandbox.protocol.transport import Reply, Request, Transport
from sandbox.settings import Settings
from sandbox.world import World

_TICK_SECONDS = 0.5


class Box:
    """A running sandbox. `url` is where it listens, `key` is its secret key."""

    def __init__(self, settings: Settings) -> None:
        document()
        self.world = World(settings)
        self._transport = Transport((settings.host, settings.port), self._answer)
        host, port = self._transport.server_address[:2]
        self.url = f"http://{host if isinstance(host, str) else host.decode()}:{port}"
        self.key = settings.key
        self.world.url = settings.public_url.rstrip("/") or self.url
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._transport.serve_forever, args=(0.02,), name="sandbox-http", daemon=True
            ),
            threading.Thread(target=self._tick, name="sandbox-ticker", daemon=True),
        ]
        self.world.courier.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Closes everything it opened; what was answered is in the state file, if there is one."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._transport.shutdown()
        self._transport.server_close()
        self.world.courier.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        with self.world.lock:
            self.world.store.close()

    def advance(self, *, to: int | None = None, by_days: float = 0, by_seconds: float = 0) -> int:
        """Lets time pass for everything that lives on no test clock; answers the new time."""
        with self.world.turn():
            now = self.world.clock.now()
            moment = to if to is not None else now + int(by_days * 24 * 3600 + by_seconds)
            if moment < now:
                raise ValueError("time goes forward")
            advance(self.world, moment)
            return self.world.clock.now()

    def reset(self) -> None:
        """Forgets everything; endpoints named at start stay."""
        with self.world.turn():
            self.world.forget()

    def wait_until_idle(self, timeout_seconds: float = 10) -> None:
        """Until every event is delivered. Raises TimeoutError."""
        end = time.monotonic() + timeout_seconds
        while time.monotonic() < end:
            with self.world.lock:
                if not self.world.courier.pending():
                    return
            time.sleep(0.005)
        raise TimeoutError(f"{self.world.courier.pending()} deliveries are still pending")

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/v1/"):
            return self._answer_api(request)
        if path.startswith(page.PREFIX):
            return page.answer(self.world, request)
        if path.startswith(tuple(receipt_page.PREFIXES)):
            return receipt_page.answer(self.world, request)
        if path == STYLE:
            return style_sheet()
        if path == "/":
            return index_page.answer(self.world)
        return control.answer(self.world, request)

    def _answer_api(self, request: Request) -> Reply:
        with self.world.lock:
            fault = self.world.faults.for_request(request)
        if fault is None:
            return api.answer(self.world, request)
        return suffer(fault, lambda: api.answer(self.world, request), self._stopping)

    def _tick(self) -> None:
        while not self._stopping.wait(_TICK_SECONDS):
            with self.world.turn():
                pass  # taking a turn is what catches up with the time


def start(
    port: int = 0,
    *,
    webhooks: list[tuple[str, str]] | tuple[tuple[str, str], ...] = (),
    key: str = "sk_test_sandbox",
    settings: Settings | None = None,
    **more: Any,
) -> Box:
    """A sandbox in this process, on a thread. `more` are further settings by name."""
    chosen = replace(settings or Settings(), port=port, webhooks=tuple(webhooks), key=key, **more)
    return Box(chosen)
