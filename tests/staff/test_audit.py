"""The audit trail: whatever is changed, removed or reordered is named."""

import csv
import hashlib
import io
import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import transaction
from staff import audit, organising
from staff.audit import GENESIS, AuditDetail, AuditEvent, first_break
from staff.member import Member
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


def chain(length: int) -> list[AuditEvent]:
    """Events as `record` makes them, outside any database."""
    events: list[AuditEvent] = []
    for position in range(1, length + 1):
        event = AuditEvent(
            id=ids.new_id("aud"),
            organisation_id="org_x",
            position=position,
            at=clock.now(),
            actor="member:mem_x",
            verb="drive.open",
            subject="drv_x",
            prev_hash=events[-1].hash if events else GENESIS,
        )
        detail = event.detail = AuditDetail(
            event_id=event.id,
            salt=f"{position:064x}",
            before={"state": "draft", "n": position},
            after={"state": "open"},
            reason="",
        )
        event.details_digest = detail.digest()
        event.hash = event.digest()
        events.append(event)
    return events


CHANGES = {
    "actor": "member:mem_other",
    "verb": "drive.close",
    "subject": "drv_y",
    "details_digest": "a" * 64,
    "hash": "0" * 64,
    "prev_hash": "f" * 64,
    "id": "aud_other",
    "organisation_id": "org_y",
}


@pytest.mark.pure
@given(length=st.integers(0, 12))
@settings(deadline=None)
def test_an_untouched_chain_holds(length: int) -> None:
    events = chain(length)
    assert first_break(events, length=length, head=events[-1].hash if events else GENESIS) is None


@pytest.mark.pure
@given(data=st.data(), length=st.integers(1, 12), column=st.sampled_from(sorted(CHANGES)))
@settings(deadline=None)
def test_a_changed_event_is_named(data: st.DataObject, length: int, column: str) -> None:
    events = chain(length)
    head, place = events[-1].hash, data.draw(st.integers(1, length))
    setattr(events[place - 1], column, CHANGES[column])
    assert first_break(events, length=length, head=head) == f"event {place} was changed"


@pytest.mark.pure
@given(data=st.data(), length=st.integers(1, 12))
@settings(deadline=None)
def test_an_event_changed_with_its_own_hash_redone_breaks_the_next(data: st.DataObject, length: int) -> None:
    events = chain(length)
    head, place = events[-1].hash, data.draw(st.integers(1, length))
    events[place - 1].verb = "drive.rewritten"
    events[place - 1].hash = events[place - 1].digest()
    found = first_break(events, length=length, head=head)
    at_the_end = f"the chain ends at event {length}, its head says {length}"
    assert found == (f"event {place + 1} was changed" if place < length else at_the_end)


@pytest.mark.pure
@given(data=st.data(), length=st.integers(1, 12))
@settings(deadline=None)
def test_a_removed_event_is_named(data: st.DataObject, length: int) -> None:
    events = chain(length)
    head, place = events[-1].hash, data.draw(st.integers(1, length))
    del events[place - 1]
    found = first_break(events, length=length, head=head)
    at_the_end = f"the chain ends at event {length - 1}, its head says {length}"
    assert found == (f"event {place} is missing" if place < length else at_the_end)


@pytest.mark.pure
@given(data=st.data(), length=st.integers(2, 12))
@settings(deadline=None)
def test_the_first_of_two_reordered_events_is_named(data: st.DataObject, length: int) -> None:
    events = chain(length)
    head = events[-1].hash
    one = data.draw(st.integers(1, length - 1))
    other = data.draw(st.integers(one + 1, length))
    first, second = events[one - 1], events[other - 1]
    first.position, second.position = second.position, first.position
    events.sort(key=lambda each: each.position)
    assert first_break(events, length=length, head=head) == f"event {one} was changed"


DETAILS = {"before": None, "after": {"state": "closed"}, "reason": "because", "salt": "f" * 64}


@pytest.mark.pure
@given(data=st.data(), length=st.integers(1, 12), column=st.sampled_from(sorted(DETAILS)))
@settings(deadline=None)
def test_changed_details_are_named(data: st.DataObject, length: int, column: str) -> None:
    events = chain(length)
    place = data.draw(st.integers(1, length))
    setattr(events[place - 1].detail, column, DETAILS[column])
    found = first_break(events, length=length, head=events[-1].hash)
    assert found == f"the details of event {place} were changed"


@pytest.mark.pure
@given(data=st.data(), length=st.integers(1, 12))
@settings(deadline=None)
def test_missing_details_are_named_unless_the_chain_says_that_they_were_erased(
    data: st.DataObject, length: int
) -> None:
    events = chain(length)
    event = events[data.draw(st.integers(1, length)) - 1]
    event.detail = None
    found = first_break(events, length=length, head=events[-1].hash)
    assert found == f"the details of event {event.position} are missing"
    assert first_break(events, length=length, head=events[-1].hash, erased={event.id}) is None


@pytest.mark.pure
@given(data=st.data(), length=st.integers(1, 12), redone=st.booleans())
@settings(deadline=None)
def test_an_inserted_event_is_named(data: st.DataObject, length: int, redone: bool) -> None:
    """With the number of the one it pushes aside, or with all numbers after it moved on; its hash redone."""
    events = chain(length)
    head, place = events[-1].hash, data.draw(st.integers(1, length + 1))
    (forged,) = chain(1)
    forged.position, forged.prev_hash = place, events[place - 2].hash if place > 1 else GENESIS
    forged.hash = forged.digest()
    if redone:
        for event in events[place - 1 :]:
            event.position += 1
    events.insert(place - 1, forged)
    found = first_break(events, length=length, head=head)
    if place == length + 1:
        assert found == f"the chain ends at event {place}, its head says {length}"
    elif redone:
        assert found == f"event {place + 1} was changed"
    else:
        assert found == f"event {place + 1} is missing"


@pytest.fixture
def recorded(cast: Cast) -> Cast:
    """Three events of Refugio, one of Llano."""
    for name in ("One", "Two", "Three"):
        with transaction():
            organising.edit(cast.actor("alice"), name=name)
    with transaction():
        organising.edit(cast.actor("charlie"), name="Llano and others")
    return cast


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEvent).values(verb="forged"),
        delete(AuditEvent),
        update(AuditDetail).values(reason="forged"),
        delete(AuditDetail),
    ],
    ids=["update", "delete", "update details", "delete details"],
)
def test_the_database_refuses_to_change_the_trail(recorded: Cast, session: Session, change: object) -> None:
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(change)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert list(audit.verify()) == []


def unguarded(session: Session) -> None:
    """Take the guards away, within the test's transaction, as an intruder with all rights would."""
    for table in ("audit_event", "audit_detail"):
        if session.get_bind().dialect.name == "sqlite":
            for verb in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_refuses_{verb}"))
        else:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def test_verify_names_the_organisation_and_the_event(recorded: Cast, session: Session) -> None:
    assert list(audit.verify()) == []
    unguarded(session)
    ours = AuditEvent.organisation_id == recorded.refugio.id
    session.execute(update(AuditEvent).where(ours, AuditEvent.position == 2).values(verb="forged"))
    session.expire_all()
    assert list(audit.verify()) == [f"{recorded.refugio.id}: event 2 was changed"]


def test_events_beyond_the_head_are_named(recorded: Cast, session: Session) -> None:
    unguarded(session)
    session.execute(update(audit.AuditChain).values(length=0, head=GENESIS))
    expected = sorted(
        f"{each.id}: event 1 is beyond the head of the chain" for each in (recorded.refugio, recorded.llano)
    )
    assert list(audit.verify()) == expected


def test_the_command_says_whether_the_trail_is_whole(app: Flask, recorded: Cast, session: Session) -> None:
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify"])
    assert (whole.exit_code, whole.output) == (0, "The audit trail is whole.\n")
    unguarded(session)
    theirs = select(AuditEvent.id).where(AuditEvent.organisation_id == recorded.llano.id)
    session.execute(delete(AuditDetail).where(AuditDetail.event_id.in_(theirs)))
    session.execute(delete(AuditEvent).where(AuditEvent.organisation_id == recorded.llano.id))
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert f"{recorded.llano.id}: the chain ends at event 0, its head says 1" in broken.output


def test_the_page_shows_before_and_after_and_filters(recorded: Cast, sign_in: SignIn) -> None:
    owner = sign_in(recorded.alice)
    page = owner.get("/staff/audit").text
    assert "<del>Two</del>" in page
    assert "<ins>Three</ins>" in page
    assert "Llano and others" not in page
    assert "No line yet" in owner.get("/staff/audit?verb=member").text
    assert "<ins>Three</ins>" in owner.get(f"/staff/audit?subject={recorded.refugio.id}").text
    assert "No line yet" in owner.get("/staff/audit?actor=system").text


def test_fifty_lines_a_page(cast: Cast, sign_in: SignIn) -> None:
    with transaction():
        for place in range(51):
            audit.record(cast.actor("alice"), "note.add", f"note_{place}")
    owner = sign_in(cast.alice)
    first = owner.get("/staff/audit").text
    assert first.count("<tr><td") == 50
    assert "page 1 of 2" in first
    assert owner.get("/staff/audit?page=2").text.count("<tr><td") == 1
    assert owner.get("/staff/audit?page=999").text.count("<tr><td") == 1
    assert owner.get("/staff/audit?page=-1").status_code == 200


def test_the_export_holds_what_is_shown_and_runs_no_formula(recorded: Cast, sign_in: SignIn) -> None:
    with transaction():
        audit.record(
            recorded.actor("alice"), "note.add", "note_1", reason='=HYPERLINK("https://evil.example")'
        )
    answer = sign_in(recorded.alice).get("/staff/audit.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["position"] for row in rows] == ["4", "3", "2", "1"]
    assert rows[0]["reason"] == '\'=HYPERLINK("https://evil.example")'


def test_two_organisations_have_chains_of_their_own(recorded: Cast, session: Session) -> None:
    positions = session.execute(text("SELECT organisation_id, max(position) FROM audit_event GROUP BY 1"))
    assert {row[0]: row[1] for row in positions} == {recorded.refugio.id: 3, recorded.llano.id: 1}


def test_what_was_erased_is_gone_and_the_chain_holds(
    app: Flask, recorded: Cast, sign_in: SignIn, session: Session
) -> None:
    with transaction():
        audit.record(recorded.actor("alice"), "donor.edit", "donor_1", before={"name": "Zoraida"})
        audit.record(recorded.actor("alice"), "donor.edit", "donor_2", before={"name": "Wanda"})
    runner = app.test_cli_runner()
    erased = runner.invoke(
        args=["audit", "erase", "--organisation", "refugio", "--reason", "Asked", "donor_1"]
    )
    assert erased.output == "1 events lost their details.\n"
    assert list(audit.verify()) == []
    session.expire_all()
    tables = ("audit_event", "audit_detail")
    kept = [session.execute(text(f"SELECT * FROM {table}")).all() for table in tables]
    assert "Zoraida" not in repr(kept)
    assert "Wanda" in repr(kept)
    session.commit()
    page = sign_in(recorded.alice).get("/staff/audit").text
    assert "The details were erased." in page
    assert "donor_1" in page
    assert "audit.erase" in page


def test_json_lines_are_enough_to_walk_the_chain_elsewhere(recorded: Cast, sign_in: SignIn) -> None:
    with transaction():
        audit.record(recorded.actor("alice"), "donor.edit", "donor_1", before={"name": "Ana"})
        audit.erase_details(recorded.actor("alice"), ["donor_1"], reason="Asked")
    answer = sign_in(recorded.alice).get("/staff/audit.jsonl")
    prev_hash, position = GENESIS, 0
    for position, line in enumerate(answer.text.splitlines(), start=1):
        told = json.loads(line)
        names = ("id", "position", "actor", "verb", "subject", "details_digest")
        content = {name: told[name] for name in names}
        content |= {"at": told["at"], "organisation_id": recorded.refugio.id}
        if not told["is_erased"]:
            details = {name: told[name] for name in ("before", "after", "reason")}
            assert _sha(told["salt"] + _canonical(details)) == told["details_digest"]
        assert (told["position"], told["prev_hash"]) == (position, prev_hash)
        assert _sha(prev_hash + _canonical(content)) == told["hash"]
        prev_hash = told["hash"]
    assert position == 5


def _canonical(content: dict[str, object]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sha(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
