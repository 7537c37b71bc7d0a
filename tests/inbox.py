"""A mail server for one test: it answers as it is told, and keeps what it accepts."""

import email
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask

from core.mail import mail
from tests.ports import free_port


class Inbox:
    """Answers each mail with the next prepared line, else accepts and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content
        assert isinstance(raw, bytes)
        self.mails.append(email.message_from_bytes(raw, policy=policy.default))  # pyright: ignore[reportArgumentType]
        return "250 OK"


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    box = Inbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    before = app.extensions["mail"]
    app.config["MAIL_PORT"] = controller.port
    app.config["MAIL_SERVER"] = "127.0.0.1"
    mail.init_app(app)
    yield box
    controller.stop()
    app.extensions["mail"] = before
