"""The sealed identity: unreadable at rest, one door, and the trail knows before the reader."""

import logging

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.clients import identity
from campaigns.clients.client import ClientIdentity, Persona
from core.db import db
from core.errors import Forbidden, Invalid, NotFound
from staff.audit import AuditEvent
from tests.campaigns.conftest import NEVER_PUBLISH, SEALED_NAME, Work
from tests.conftest import Cast

REASON = "Filing the bond motion"


def events(session: Session) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.verb == "client.identity_opened")))


def test_the_database_holds_no_byte_of_the_name(session: Session, work: Work) -> None:
    row = session.execute(text("SELECT full_name, never_publish FROM client_identity")).one()
    raw = b"".join(bytes(each) for each in row)
    for secret in (*SEALED_NAME.split(), *NEVER_PUBLISH.split()):
        assert secret.encode() not in raw


def test_opening_with_a_reason_returns_the_identity(work: Work) -> None:
    opened = identity.open_identity(work.alice, work.client.id, REASON)
    assert opened.full_name == SEALED_NAME
    assert opened.never_publish == tuple(NEVER_PUBLISH.splitlines())


def test_the_trail_knows_who_opened_it_and_why_but_not_what_it_says(session: Session, work: Work) -> None:
    identity.open_identity(work.alice, work.client.id, REASON)
    (event,) = events(session)
    assert (event.actor, event.subject, event.reason) == (work.alice.label, work.client.id, REASON)
    for secret in SEALED_NAME.split():
        assert secret not in repr((event.before, event.after, event.reason))


def test_the_log_tells_of_the_opening_without_the_name(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "campaigns.clients.identity"):
        identity.open_identity(work.alice, work.client.id, REASON)
    assert work.client.id in caplog.text
    assert SEALED_NAME.split()[0] not in caplog.text


def test_nothing_is_opened_when_the_trail_cannot_be_written(session: Session, work: Work) -> None:
    session.execute(text("DROP TABLE audit_detail"))
    with pytest.raises(Exception, match="audit_detail"):
        identity.open_identity(work.alice, work.client.id, REASON)
    session.rollback()


def test_an_error_of_the_database_tells_nothing_that_was_typed(session: Session, work: Work) -> None:
    session.add(Persona(client_id=work.client.id, display_name=SEALED_NAME))
    with pytest.raises(IntegrityError) as failure:
        session.flush()
    assert SEALED_NAME not in str(failure.value)
    session.rollback()


@pytest.mark.parametrize("reason", ["", "curious", "a        b", f"He is {SEALED_NAME}, I must know"])
def test_a_reason_that_is_short_or_names_the_client_opens_nothing(
    session: Session, work: Work, reason: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        identity.open_identity(work.alice, work.client.id, reason)
    assert list(refusal.value.errors) == ["reason"]
    assert SEALED_NAME.split()[0] not in str(refusal.value)
    assert events(session) == []


@pytest.mark.parametrize("who", ["carla", "frida", "vera"])
def test_roles_without_the_permission_do_not_open_it(
    session: Session, cast: Cast, work: Work, who: str
) -> None:
    with pytest.raises(Forbidden):
        identity.open_identity(cast.actor(who), work.client.id, REASON)
    assert events(session) == []


def test_counsel_opens_it(cast: Cast, work: Work) -> None:
    assert identity.open_identity(cast.actor("bob"), work.client.id, REASON).full_name == SEALED_NAME


def test_another_organisations_client_does_not_exist(work: Work) -> None:
    with pytest.raises(NotFound):
        identity.open_identity(work.charlie, work.client.id, REASON)
    with pytest.raises(NotFound):
        identity.seal_identity(work.charlie, work.client.id, full_name="Somebody")


def test_neither_row_nor_opened_identity_shows_itself_in_a_traceback(work: Work) -> None:
    opened = identity.open_identity(work.alice, work.client.id, REASON)
    row = db.session.get(ClientIdentity, work.client.id)
    assert SEALED_NAME not in repr(opened) + repr(row)
