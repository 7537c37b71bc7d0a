"""Mail goes out once, over real SMTP, after the commit; failures are tried again, refusals are not."""

import email
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from core.mail import MOST_ATTEMPTS, OutgoingMail, mail, queue_mail, sweep_mail
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


def send(key: str = "receipt:1") -> None:
    with transaction():
        queue_mail(key=key, to="ana@example.org", subject="Your receipt", text="$50", html="<p>$50</p>")


def test_a_mail_arrives_with_both_parts(inbox: Inbox, session: Session) -> None:
    send()
    (arrived,) = inbox.mails
    assert arrived["To"] == "ana@example.org"
    kinds = [part.get_content_type() for part in arrived.walk()]
    assert kinds[-3:] == ["multipart/alternative", "text/plain", "text/html"]
    assert session.query(OutgoingMail).one().sent_at is not None


def test_the_same_reason_mails_once(inbox: Inbox, session: Session) -> None:
    send()
    send()
    sweep_mail.run()
    assert len(inbox.mails) == 1


def test_a_rolled_back_transaction_mails_nothing(inbox: Inbox) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        queue_mail(key="k", to="ana@example.org", subject="s", text="t")
        raise ZeroDivisionError
    sweep_mail.run()
    assert inbox.mails == []


def test_a_busy_server_is_tried_again_later(inbox: Inbox, session: Session) -> None:
    inbox.answers = ["451 Try again later"]
    send()
    row = session.query(OutgoingMail).one()
    assert row.sent_at is None
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > clock.now()
    row.next_attempt_at = clock.now() - timedelta(seconds=1)
    session.commit()
    sweep_mail.run()
    assert len(inbox.mails) == 1


def test_an_address_refused_for_good_is_not_tried_again(inbox: Inbox, session: Session) -> None:
    inbox.answers = ["550 No such person"]
    send()
    row = session.query(OutgoingMail).one()
    assert row.failed_at is not None
    assert row.next_attempt_at is None


def test_trying_ends_at_some_time(inbox: Inbox, session: Session) -> None:
    inbox.answers = ["451 Try again later"] * MOST_ATTEMPTS
    send()
    row = session.query(OutgoingMail).one()
    while row.failed_at is None:
        row.next_attempt_at = clock.now() - timedelta(seconds=1)
        session.commit()
        sweep_mail.run()
        session.expire_all()
    assert row.attempts == MOST_ATTEMPTS


def test_a_second_copy_would_carry_the_same_message_id(inbox: Inbox, session: Session) -> None:
    send()
    row = session.query(OutgoingMail).one()
    assert inbox.mails[0]["Message-ID"] == f"<{row.id}@localhost>"
