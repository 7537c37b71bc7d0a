"""Two people: one asks, another confirms, and nothing is done before."""

import itertools
from collections.abc import Callable

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden, NotFound, Refusal
from core.money import Money
from staff import organising
from staff.approval import powers, two_people
from staff.approval.proposal import STATES, TRANSITIONS, Proposal
from staff.audit import AuditEvent
from staff.invitation import Invitation
from staff.member import Member
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def two_owners(cast: Cast, session: Session) -> Cast:
    """Frida owns Refugio beside Alice."""
    cast.frida.role = "owner"
    session.commit()
    return cast


def asked(cast: Cast, name: str = "alice", role: str = "finance") -> Proposal:
    with transaction():
        row = powers.change_role(cast.actor(name), cast.vera.id, role)
    assert isinstance(row, Proposal)
    return row


def test_a_role_with_power_waits_for_the_other_owner(
    two_owners: Cast, sign_in: SignIn, session: Session
) -> None:
    alice, frida = sign_in(two_owners.alice), sign_in(two_owners.frida)
    page = alice.post(
        f"/staff/people/{two_owners.vera.id}/role", data={"role": "finance"}, follow_redirects=True
    ).text
    assert "Give Vera the role Finance" in page
    assert "Take back" in page
    assert ">Confirm<" not in page
    session.refresh(two_owners.vera)
    assert two_owners.vera.role == "viewer"
    session.commit()
    assert "1 thing waits for a second person" in frida.get("/staff/").text
    row_id = session.scalars(select(Proposal.id)).one()
    session.commit()
    assert frida.post(f"/staff/approvals/{row_id}/confirmation").status_code == 303
    session.expire_all()
    assert two_owners.vera.role == "finance"
    verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.position)).all()
    assert list(verbs) == ["proposal.ask", "proposal.confirm", "member.change_role"]


def test_nobody_confirms_what_they_asked_for(two_owners: Cast, session: Session) -> None:
    row = asked(two_owners)
    for verb in (two_people.confirm, two_people.decline):
        with pytest.raises(Forbidden), transaction():
            verb(two_owners.actor("alice"), row.id)
    changed = {"state": "confirmed", "decided_by_id": two_owners.alice.id, "decided_at": clock.now()}
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(update(Proposal).values(**changed))


def test_roles_without_the_permission_and_strangers_do_not_find_it(two_owners: Cast) -> None:
    row = asked(two_owners)
    for name in ("vera", "bob", "carla", "charlie"):
        with pytest.raises(NotFound), transaction():
            two_people.confirm(two_owners.actor(name), row.id)
        assert two_people.open_for(two_owners.actor(name)) == []


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATES, repeat=2)))
def test_every_pair_of_states(two_owners: Cast, session: Session, before: str, after: str) -> None:
    verbs = {
        "confirmed": lambda row: two_people.confirm(two_owners.actor("frida"), row.id),
        "declined": lambda row: two_people.decline(two_owners.actor("frida"), row.id),
        "withdrawn": lambda row: two_people.withdraw(two_owners.actor("alice"), row.id),
    }
    row = asked(two_owners)
    if before != "open":
        with transaction():
            verbs[before](row)
    if after == "open":
        assert (before, after) not in TRANSITIONS
        return
    if (before, after) in TRANSITIONS:
        with transaction():
            assert verbs[after](row).state == after
        return
    with pytest.raises(Conflict) as refusal, transaction():
        verbs[after](row)
    assert refusal.value.code == "proposal_closed"


def test_a_proposal_runs_out_after_seven_days(two_owners: Cast) -> None:
    row = asked(two_owners)
    with time_machine.travel(clock.now().timestamp() + 7 * 86400 + 60):
        assert two_people.open_for(two_owners.actor("frida")) == []
        with pytest.raises(Conflict), transaction():
            two_people.confirm(two_owners.actor("frida"), row.id)


def test_asking_twice_is_one_proposal(two_owners: Cast) -> None:
    assert asked(two_owners).id == asked(two_owners).id
    assert asked(two_owners, role="legal").id != asked(two_owners).id


def test_whoever_asked_must_still_be_allowed_to(two_owners: Cast, session: Session) -> None:
    row = asked(two_owners)
    two_owners.alice.role = "viewer"
    session.commit()
    with pytest.raises(Conflict) as refusal, transaction():
        two_people.confirm(two_owners.actor("frida"), row.id)
    assert refusal.value.code == "asker_gone"


def test_a_refused_deed_leaves_the_proposal_open(two_owners: Cast, session: Session) -> None:
    row = asked(two_owners)
    two_owners.vera.left_at = clock.now()
    session.commit()
    with pytest.raises(Refusal), transaction():
        two_people.confirm(two_owners.actor("frida"), row.id)
    assert session.scalars(select(Proposal.state)).one() == "open"


def test_invitations_and_departures_of_power_wait_too(two_owners: Cast, session: Session) -> None:
    alice = two_owners.actor("alice")
    with transaction():
        invited = powers.invite(alice, email="nora@example.org", role="legal")
        harmless = powers.invite(alice, email="max@example.org", role="viewer")
        sent_away = powers.leave(alice, two_owners.bob.id)
        gone = powers.leave(alice, two_owners.vera.id)
    assert [type(each) for each in (invited, harmless, sent_away, gone)] == [
        *(Proposal, Invitation, Proposal, Member)
    ]
    assert two_owners.bob.left_at is None
    for each in (invited, sent_away):
        with transaction():
            two_people.confirm(two_owners.actor("frida"), each.id)
    session.expire_all()
    assert two_owners.bob.left_at is not None
    emails = session.scalars(select(Invitation.email).order_by(Invitation.email)).all()
    assert list(emails) == ["max@example.org", "nora@example.org"]


def test_a_single_owner_decides_alone(cast: Cast) -> None:
    with transaction():
        powers.change_role(cast.actor("alice"), cast.vera.id, "owner")
    assert cast.vera.role == "owner"


def test_a_higher_limit_waits_and_a_lower_one_does_not(two_owners: Cast, session: Session) -> None:
    alice, refugio = two_owners.actor("alice"), two_owners.refugio
    with transaction():
        assert organising.edit(alice, two_people_above=500) is None
    with transaction():
        row = organising.edit(alice, two_people_above=5000, name="Refugio")
    session.refresh(refugio)
    assert (refugio.two_people_above, refugio.name) == (500, "Refugio")
    assert row is not None
    with transaction():
        two_people.confirm(two_owners.actor("frida"), row.id)
    session.refresh(refugio)
    assert refugio.two_people_above == 5000


@pytest.mark.parametrize(
    ("minor", "currency", "asks"),
    [(100_000, "USD", False), (100_001, "USD", True), (1000, "JPY", False), (1001, "JPY", True)],
)
def test_the_limit_is_in_whole_units_of_any_currency(
    cast: Cast, minor: int, currency: str, asks: bool
) -> None:
    assert two_people.asks_for(cast.actor("alice"), Money(minor, currency)) is asks


def test_software_asks_and_people_decide(
    two_owners: Cast, client: FlaskClient, bearer: Callable[..., dict[str, str]], session: Session
) -> None:
    headers = bearer("people.manage")
    answer = client.put(f"/api/v1/members/{two_owners.vera.id}/role", json={"role": "legal"}, headers=headers)
    assert (answer.status_code, answer.get_json()["state"]) == (202, "open")
    listed = client.get("/api/v1/proposals", headers=headers).get_json()
    assert [each["id"] for each in listed] == [answer.get_json()["id"]]
    row = session.scalars(select(Proposal)).one()
    assert row.asked_by_id == two_owners.alice.id  # who made the token answers for it
    with pytest.raises(Forbidden), transaction():
        two_people.confirm(two_owners.actor("alice"), row.id)
