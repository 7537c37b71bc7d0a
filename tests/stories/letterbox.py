"""A real SMTP server on loopback that keeps what it is given."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Letterbox:
    """Mails by order of arrival."""

    url: str = ""
    _raw: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        with self._lock:
            self._raw.append(content)
        return "250 Kept"

    def raw(self) -> list[bytes]:
        with self._lock:
            return list(self._raw)

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address. One that a server got twice carries one Message-ID, and is one mail."""
        mails: dict[str, EmailMessage] = {}
        for raw in self.raw():
            mail: Any = message_from_bytes(raw, policy=policy.default)
            if address in str(mail["To"]):
                mails.setdefault(str(mail["Message-ID"]), mail)
        return list(mails.values())


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def part(mail: EmailMessage, kind: str) -> str:
    """The text of the mail's `plain` or `html` part."""
    found: Any = mail.get_body((kind,))
    assert found is not None, f"the mail has no {kind} part"
    return found.get_content()


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    kept = Letterbox()
    port = free_port()
    kept.url = f"smtp://127.0.0.1:{port}"
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
