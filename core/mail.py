"""Mail: a row first, sent after the commit, retried by the sweep, each once by its key.

A process that dies between handing a mail to the SMTP server and noting so sends it again with the same
Message-ID, by which mail servers and programs know the second copy.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_mail import Mail, Message
from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids, jobs
from core.db import Id, Model, UtcDateTime, after_commit, db, transaction
from core.sealed import SealedText

log = logging.getLogger(__name__)
mail = Mail()
MOST_ATTEMPTS = 8


class OutgoingMail(Model):
    """One mail to one person. `key` says what it is for, so that no reason mails twice."""

    __tablename__ = "outgoing_mail"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("mail"))
    key: Mapped[str] = mapped_column(Text, unique=True)
    to: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    #: Sealed: mails carry links that open things, and what donors gave.
    text: Mapped[str] = mapped_column(SealedText)
    html: Mapped[str | None] = mapped_column(SealedText)
    #: Where one click ends mails of this kind (RFC 8058); empty for mails that nobody can end, such as receipts.
    unsubscribe_url: Mapped[str | None] = mapped_column(SealedText)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


#: By the first word of a key: whether such a mail is still to be handed over.
_WANTED: dict[str, Callable[[str], bool]] = {}


def only_while(kind: str) -> Callable[[Callable[[str], bool]], Callable[[str], bool]]:
    """Register what says of a key `kind:…`, just before the mail is handed over, whether it is still wanted: it may
    have waited for hours."""

    def register(check: Callable[[str], bool]) -> Callable[[str], bool]:
        _WANTED[kind] = check
        return check

    return register


def init_app(app: Flask, *, url: str, sender: str) -> None:
    """`smtp://user:password@host:port`, or `smtps://…` for TLS from the first byte, or
    `smtp://…?starttls=1`."""
    parts = urlsplit(url)
    app.config.update(
        MAIL_SERVER=parts.hostname or "127.0.0.1",
        MAIL_PORT=parts.port or (465 if parts.scheme == "smtps" else 25),
        MAIL_USERNAME=unquote(parts.username) if parts.username else None,
        MAIL_PASSWORD=unquote(parts.password) if parts.password else None,
        MAIL_USE_SSL=parts.scheme == "smtps",
        MAIL_USE_TLS="starttls=1" in parts.query,
        MAIL_DEFAULT_SENDER=parseaddr(sender),
        MAIL_SUPPRESS_SEND=False,
    )
    mail.init_app(app)


def queue_mail(
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    unsubscribe_url: str | None = None,
) -> None:
    """Write the mail's row unless one with this key exists; it goes out after the commit."""
    if db.session.scalar(select(OutgoingMail.id).where(OutgoingMail.key == key)):
        return
    row = OutgoingMail(key=key, to=to, subject=subject, text=text, html=html, unsubscribe_url=unsubscribe_url)
    db.session.add(row)
    db.session.flush()
    mail_id = row.id
    after_commit(lambda: jobs.enqueue(send_mail, mail_id))


@jobs.job
def send_mail(mail_id: str) -> None:
    """Send one row now, if it is still due. A permanent refusal is noted and not tried again."""
    with transaction() as session:
        row = session.get(OutgoingMail, mail_id, with_for_update=True)
        if row is None or row.sent_at or row.failed_at or not _is_due(row):
            return
        row.attempts += 1
        # Whoever dies while sending leaves a row that is due again later; nobody else takes it meanwhile.
        row.next_attempt_at = clock.now() + timedelta(minutes=2**row.attempts)
        check = _WANTED.get(row.key.partition(":")[0])
        is_wanted = check is None or check(row.key)
    outcome = _hand_over(row) if is_wanted else "refused"
    with transaction() as session:
        row = session.get_one(OutgoingMail, mail_id, with_for_update=True)
        if outcome == "sent":
            row.sent_at, row.next_attempt_at = clock.now(), None
        elif outcome == "refused" or row.attempts >= MOST_ATTEMPTS:
            row.failed_at, row.next_attempt_at = clock.now(), None


def _is_due(row: OutgoingMail) -> bool:
    return row.next_attempt_at is not None and row.next_attempt_at <= clock.now()


def _hand_over(row: OutgoingMail) -> str:
    message = Message(subject=row.subject, recipients=[row.to], body=row.text, html=row.html)
    if row.unsubscribe_url:
        message.extra_headers = {
            "List-Unsubscribe": f"<{row.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    message.msgId = f"<{row.id}@{host}>"
    try:
        mail.send(message)
    except SMTPRecipientsRefused as refusal:
        is_final = all(code >= 500 for code, _reason in refusal.recipients.values())
        log.warning("mail %s was refused%s", row.id, " for good" if is_final else "; it is tried again")
        return "refused" if is_final else "later"
    except (SMTPException, OSError):
        log.warning("mail %s could not be sent; it is tried again", row.id)
        return "later"
    return "sent"


@jobs.every(minutes=1)
def sweep_mail() -> None:
    """Send what is due and was not nudged, or failed before."""
    due = OutgoingMail.next_attempt_at <= clock.now()
    ids_due = db.session.scalars(select(OutgoingMail.id).where(due).limit(500)).all()
    for mail_id in ids_due:
        send_mail.run(mail_id)
