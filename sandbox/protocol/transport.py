"""HTTP/1.1 on a socket: a thread for every connection, kept alive between requests."""

import json
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from sandbox.protocol.error import StripeError

_LARGEST_BODY = 4 * 1024 * 1024
_IDLE_SECONDS = 120


@dataclass(frozen=True)
class Request:
    """One request, with its body read; names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Reply:
    """What goes back. `drop` closes the connection without a word."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


def json_reply(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body, indent=2).encode(), headers=headers or {})


def refusal(error: StripeError) -> Reply:
    """An error in Stripe's shape."""
    return json_reply(error.status, error.body())


Answerer = Callable[[Request], Reply]


class Transport(ThreadingHTTPServer):
    """Listens at once; `serve_forever` answers. Open connections are closed when it stops."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Answerer) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side has gone already

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no error of ours; anything else is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_BODY:
            self.close_connection = True
            self._write(Reply(413, b'{"error":{"type":"invalid_request_error","message":"Body too large."}}'))
            return
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(address.path),
            query=address.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        assert isinstance(self.server, Transport)
        try:
            reply = self.server.answer(request)
        except Exception:  # a fault of the sandbox must look like one of Stripe's, not like a lost line
            traceback.print_exc()
            reply = refusal(
                StripeError("The sandbox failed. Its log says why.", status=500, kind="api_error")
            )
        self._write(reply)

    do_GET = do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = _respond  # noqa: N815 (named so by http.server)

    def _write(self, reply: Reply) -> None:
        if reply.drop:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        buffer: list[bytes] = self._headers_buffer  # type: ignore[attr-defined]
        buffer.append(b"\r\n")
        if self.command != "HEAD":
            buffer.append(reply.body)
        self.flush_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the index page shows what happened."""
