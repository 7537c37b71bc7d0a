"""Mail goes out once, over real SMTP, after the commit; failures are tried again, refusals are not."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from core.mail import MOST_ATTEMPTS, OutgoingMail, queue_mail, sweep_mail
from tests.inbox import Inbox


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
