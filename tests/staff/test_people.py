"""Roles change, people leave, an organisation keeps an owner."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from core.errors import Conflict, Forbidden, NotFound
from staff import people
from staff.audit import AuditEvent
from staff.member import Member
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


def test_an_owner_changes_a_role_and_the_trail_keeps_both(
    cast: Cast, sign_in: SignIn, session: Session
) -> None:
    answer = sign_in(cast.alice).post(f"/staff/people/{cast.vera.id}/role", data={"role": "campaigner"})
    assert answer.status_code == 302
    event = session.scalars(select(AuditEvent)).one()
    assert (event.verb, event.subject, event.actor) == (
        "member.change_role",
        cast.vera.id,
        f"member:{cast.alice.id}",
    )
    assert (event.before, event.after) == ({"role": "viewer"}, {"role": "campaigner"})
    assert "/staff/gifts" in sign_in(cast.vera).get("/staff/").text


def test_the_last_owner_stays_one(cast: Cast, session: Session) -> None:
    for attempt in (
        lambda: people.change_role(cast.actor("alice"), cast.alice.id, "viewer"),
        lambda: people.leave(cast.actor("alice"), cast.alice.id),
    ):
        with pytest.raises(Conflict) as refusal, transaction():
            attempt()
        assert refusal.value.code == "last_owner"
    assert session.scalars(select(AuditEvent)).all() == []


def test_one_of_two_owners_may_go(cast: Cast) -> None:
    alice = cast.actor("alice")
    with transaction():
        people.change_role(alice, cast.bob.id, "owner")
    with transaction():
        people.leave(alice, cast.alice.id)
    assert cast.alice.left_at is not None


def test_whoever_leaves_is_signed_out_of_the_organisation(cast: Cast, sign_in: SignIn) -> None:
    bob = sign_in(cast.bob)
    assert bob.get("/staff/people").status_code == 200
    sign_in(cast.alice).post(f"/staff/people/{cast.bob.id}/departure")
    assert bob.get("/staff/people").status_code == 404
    assert "no organisation counts you" in bob.get("/staff/").text


def test_anybody_may_leave_by_themselves_but_not_send_others_away(cast: Cast, sign_in: SignIn) -> None:
    vera = sign_in(cast.vera)
    assert vera.get(f"/staff/people/{cast.bob.id}").status_code == 404
    assert vera.get(f"/staff/people/{cast.vera.id}").status_code == 200
    assert vera.post(f"/staff/people/{cast.bob.id}/departure").status_code == 403
    assert vera.post(f"/staff/people/{cast.vera.id}/departure").status_code == 302
    assert cast.bob.left_at is None


def test_people_who_left_are_in_no_list_and_keep_their_row(cast: Cast, sign_in: SignIn) -> None:
    owner = sign_in(cast.alice)
    owner.post(f"/staff/people/{cast.bob.id}/departure")
    assert "bob@example.org" not in owner.get("/staff/people").text
    assert owner.get(f"/staff/people/{cast.bob.id}").status_code == 404


def test_the_list_finds_by_name_and_address(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.alice).get("/staff/people?q=FRIDA").text
    assert "frida@example.org" in page
    assert "bob@example.org" not in page
    assert "Nobody is called that" in sign_in(cast.alice).get("/staff/people?q=%25").text


def test_only_owners_manage_people(cast: Cast) -> None:
    for name in ("bob", "carla", "frida"):
        with pytest.raises(Forbidden), transaction():
            people.change_role(cast.actor(name), cast.vera.id, "owner")
        with pytest.raises(Forbidden), transaction():
            people.invite(cast.actor(name), email="x@example.org", role="viewer")


def test_another_organisations_member_does_not_exist(cast: Cast) -> None:
    for attempt in (
        lambda: people.change_role(cast.actor("charlie"), cast.bob.id, "viewer"),
        lambda: people.leave(cast.actor("charlie"), cast.bob.id),
    ):
        with pytest.raises(NotFound), transaction():
            attempt()
