"""The load generator: one process, keep-alive connections, one request at a time on each.

The same few lines drive every row, so that what they cost is in every row alike.
"""

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Protocol

CONNECTIONS = 8
_BUFFER = memoryview(bytearray(1 << 20))
_GIVE_UP_SECONDS = 20


class Source(Protocol):
    """Where requests come from, as raw bytes; what takes time to make is made before the first is taken."""

    def requests(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Page:
    """The same GET again and again."""

    path: str

    def requests(self) -> Iterator[bytes]:
        lines = (f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en-US,en;q=0.9", "", "")
        return repeat("\r\n".join(lines).encode())


@dataclass(frozen=True)
class Outcome:
    """What one burst of load saw: answers, wall seconds, and each answer's latency in seconds."""

    answers: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class BadAnswer(Exception):
    """A server answered something else than 200; a figure made from that would mean nothing."""


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_GIVE_UP_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._missing = 0

    def send(self, request: bytes) -> None:
        self._missing = -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what is there; whether the answer is complete."""
        got = self.socket.recv_into(_BUFFER)
        if self._missing < 0:
            self._missing = self._read_head(bytes(_BUFFER[: min(got, 4096)]))
        self._missing -= got
        return self._missing == 0

    def _read_head(self, head: bytes) -> int:
        """Length of the whole answer in bytes. Heads of our servers arrive in one piece."""
        end = head.find(b"\r\n\r\n")
        at = head.lower().find(b"content-length:", 0, end)
        if head[9:12] != b"200" or end < 0 or at < 0:
            raise BadAnswer(head[:200].decode(errors="replace"))
        return int(head[at + 15 : head.find(b"\r", at)]) + end + 4


def drive(port: int, source: Source, seconds: float) -> Outcome:
    """Send requests for so many `seconds`, or until there are no more, then wait for what is under way."""
    requests = source.requests()
    connections = [_Connection(port) for _ in range(CONNECTIONS)]
    poll = select.epoll()
    for connection in connections:
        poll.register(connection.socket, select.EPOLLIN)
    try:
        return _exchange({each.socket.fileno(): each for each in connections}, poll, requests, seconds)
    finally:
        poll.close()
        for connection in connections:
            connection.socket.close()


def _exchange(
    by_number: dict[int, _Connection], poll: select.epoll, requests: Iterator[bytes], seconds: float
) -> Outcome:
    latencies: list[float] = []
    began = time.perf_counter()
    end = began + seconds
    busy = 0
    for connection, request in zip(by_number.values(), islice(requests, len(by_number)), strict=False):
        connection.send(request)
        busy += 1
    while busy:
        ready = poll.poll(_GIVE_UP_SECONDS)
        if not ready:
            raise TimeoutError(f"no answer within {_GIVE_UP_SECONDS} s")
        for number, _event in ready:
            connection = by_number[number]
            if not connection.receive():
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            request = next(requests, None) if now < end else None
            if request is None:
                busy -= 1
            else:
                connection.send(request)
    return Outcome(len(latencies), time.perf_counter() - began, latencies)
