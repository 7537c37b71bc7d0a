"""Several people at once, each on a connection of their own: nothing is done twice, no chain breaks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import func, select

from app import create_app
from core.db import db, transaction
from core.errors import Refusal
from core.settings import Settings
from staff import audit, people
from staff.access import actor_for
from staff.joining import open_account
from staff.member import Member
from tests.databases import migrated_url

MOST = 8


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, database_kind: str) -> Iterator[Flask]:
    """An application on a database of its own, with one owner, outside any transaction of the test."""
    folder = tmp_path_factory.mktemp("together")
    app = create_app(
        Settings(
            environment="testing",
            data_dir=folder,
            database_url=migrated_url(database_kind, folder),
            queue_url="memory:",
            log_level="CRITICAL",
        )
    )
    with app.app_context():
        with transaction():
            _organisation, token = people.found_organisation(
                "Casa Nueva", slug="casa", zone="UTC", owner_email="nora@example.org"
            )
        with transaction():
            open_account(token, name="Nora", password_hash=hash_password("twelve letters"))
    yield app
    with app.app_context():
        db.engine.dispose()


def all_at_once(app: Flask, *attempts: Callable[[], Any]) -> list[str]:
    """Do all of them at the same moment; "done" or the refusal's code for each."""
    together = Barrier(len(attempts))

    def one(attempt: Callable[[], Any]) -> str:
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    attempt()
            except Refusal as refusal:
                return refusal.code
            return "done"

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(one, attempts))


def invited(app: Flask, role: str, email: str) -> str:
    with app.app_context():
        nora = db.session.scalars(select(Member).order_by(Member.joined_at)).first()
        assert nora is not None
        with transaction():
            return people.invite(actor_for(nora), email=email, role=role)[1]


def test_two_owners_cannot_both_step_down(place: Flask) -> None:
    token = invited(place, "owner", "ivan@example.org")
    with place.app_context():
        with transaction():
            open_account(token, name="Iván", password_hash="x")
        members = db.session.scalars(select(Member).order_by(Member.joined_at)).all()
        nora, ivan = (actor_for(each) for each in members)
    assert all_at_once(
        place,
        lambda: people.change_role(nora, members[0].id, "viewer"),
        lambda: people.leave(ivan, members[1].id),
    ) == ["done", "last_owner"]


def test_an_invitation_is_used_once_however_often_it_is_sent(place: Flask) -> None:
    token = invited(place, "viewer", "ivan@example.org")
    outcomes = all_at_once(
        place, *[lambda: open_account(token, name="Iván", password_hash="x") for _each in range(MOST)]
    )
    assert outcomes == ["done"] + ["not_found"] * (MOST - 1)
    with place.app_context():
        assert db.session.scalar(select(func.count()).select_from(Member)) == 2


def test_the_chain_holds_when_many_write_at_once(place: Flask) -> None:
    with place.app_context():
        nora = actor_for(db.session.scalars(select(Member)).one())
    for _round in range(5):
        outcomes = all_at_once(
            place, *[lambda: audit.record(nora, "note.add", "note_1") for _each in range(MOST)]
        )
        assert outcomes == ["done"] * MOST
    with place.app_context():
        assert list(audit.verify()) == []
        chain = db.session.scalars(select(audit.AuditChain)).one()
        assert chain.length == 5 * MOST + 3
