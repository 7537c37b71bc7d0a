"""What all tests share: one migrated database, a transaction around each test, a fixed cast.

The cast: Alice owns Refugio, Bob works for it as a lawyer, Carla as a campaigner, Frida in finance, Vera
looks on. Charlie owns Llano, a firm that is a stranger unless a test makes it a partner.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session
from stripe import HTTPClient

from app import create_app
from core import clock
from core.db import db
from core.ids import new_id
from core.settings import Settings
from sandbox.server import Box, start
from staff.access import Actor, actor_for
from staff.account import User
from staff.member import Member
from staff.organisation import Organisation
from staff.sessions.signed_in import SignedIn
from tests.databases import forget_templates, migrated_url, prepare_templates, start_postgres, stop_postgres
from tests.inbox import inbox  # noqa: F401 (a fixture)
from tests.scheduling import Scheduling, group_of


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql", "both"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    # A call that Stripe does not answer is tried again at once; in production half a second later.
    HTTPClient.INITIAL_DELAY = 0.01
    gc.freeze()  # what is loaded now stays, and need not be looked through at the end
    if not hasattr(config, "workerinput"):
        prepare_templates()
        if config.getoption("--database") != "sqlite":
            start_postgres()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        stop_postgres()
        forget_templates()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With both databases each test that touches one runs on the one, and then on the other."""
    if metafunc.config.getoption("--database") == "both" and "database_kind" in metafunc.fixturenames:
        kinds = ["sqlite"] if _runs_once(metafunc.definition) else ["sqlite", "postgresql"]
        metafunc.parametrize("database_kind", kinds, indirect=True, scope="session")


def _runs_once(item: pytest.Item) -> bool:
    """What touches no database, or is about browsers and pages, says the same on both."""
    return any(item.get_closest_marker(name) for name in ("pure", "once"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long groups start first, so that no worker waits for another's at the end."""
    if config.getoption("--database") == "postgresql":
        once = [item for item in items if _runs_once(item)]
        config.hook.pytest_deselected(items=once)
        items[:] = [item for item in items if item not in set(once)]
    items.sort(key=lambda item: ("[postgresql" in item.nodeid, not group_of(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Where nothing may be skipped, a skip is a failure: what was not run did not pass."""
    report = yield
    if report.skipped and os.environ.get("AMPARO_NO_SKIPS"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", request.config.getoption("--database")))


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """A Stripe that runs here; its events are fetched by the tests that want them."""
    with start() as running:
        yield running


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, database_kind: str, box: Box) -> Settings:
    return settings_of(tmp_path_factory.mktemp("amparo"), database_kind, box)


def settings_of(folder: Path, database_kind: str, box: Box) -> Settings:
    """Settings of an installation with a migrated database of its own."""
    return Settings(
        environment="testing",
        data_dir=folder,
        database_url=migrated_url(database_kind, folder),
        base_url="http://localhost",
        queue_url="memory:",
        stripe_api_base=box.url,
        stripe_secret_key=box.key,
        page_cache_seconds=0,
        log_level="WARNING",
    )


class Browser(FlaskClient):
    """Gives each request its own application context, as a server does: `g`, the session of the database
    and the signed-in person do not last from one request to the next."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def the_app(settings: Settings) -> Iterator[Flask]:
    with an_app(settings) as app:
        yield app


@contextmanager
def an_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(the_app: Flask) -> Iterator[Flask]:
    """The application, with everything the test writes undone at its end."""
    with the_app.app_context():
        engine: Engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.sessionmaker.configure(bind=connection, binds={}, join_transaction_mode="create_savepoint")
            yield the_app
            db.session.close()
            db.sessionmaker.configure(bind=engine, join_transaction_mode="conditional_savepoint")
            outer.rollback()


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of nobody in particular."""
    return app.test_client()


@dataclass
class Cast:
    refugio: Organisation
    llano: Organisation
    alice: Member
    bob: Member
    carla: Member
    frida: Member
    vera: Member
    charlie: Member

    def actor(self, name: str) -> Actor:
        return actor_for(getattr(self, name))


@pytest.fixture
def cast(session: Session) -> Cast:
    refugio = Organisation(name="Refugio Legal Project", slug="refugio", zone="America/Chicago")
    llano = Organisation(name="Llano Defenders", slug="llano", zone="America/Denver")
    session.add_all([refugio, llano])
    session.flush()
    people = _members(
        session,
        alice=(refugio, "owner"),
        bob=(refugio, "legal"),
        carla=(refugio, "campaigner"),
        frida=(refugio, "finance"),
        vera=(refugio, "viewer"),
        charlie=(llano, "owner"),
    )
    session.commit()
    return Cast(refugio=refugio, llano=llano, **people)


def _members(session: Session, **roles: tuple[Organisation, str]) -> dict[str, Member]:
    """One account and one membership each, written together: half of the tests start with them."""
    accounts = {
        name: User(
            email=f"{name}@example.org", name=name.capitalize(), active=True, fs_uniquifier=f"{name}-session"
        )
        for name in roles
    }
    session.add_all(accounts.values())
    session.flush()
    members = {
        name: Member(organisation_id=organisation.id, account_id=accounts[name].id, role=role)
        for name, (organisation, role) in roles.items()
    }
    session.add_all(members.values())
    session.flush()
    return members


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Member], FlaskClient]:
    """A browser in which this member is signed in, without going through the password page."""

    def browser(member: Member) -> FlaskClient:
        signed_in = app.test_client()
        session_id = open_session(member.account_id)
        with signed_in.session_transaction() as cookies:
            cookies["sid"] = session_id
            cookies["_user_id"] = member.account.fs_uniquifier
            cookies["_fresh"] = True
            cookies["fs_paa"] = time.time()
            cookies["organisation_id"] = member.organisation_id
        return signed_in

    return browser


def open_session(account_id: int, *, is_strong: bool = True) -> str:
    """A session that outlasts every test, whatever day the test moves to. Returns its id."""
    session_id = new_id("ses")
    far = clock.now() + timedelta(days=20_000)
    row = {"id": session_id, "account_id": account_id, "is_strong": is_strong, "expires_at": far}
    kept = {"device_words": "Firefox, Linux", "stays": True, "began_at": clock.now(), "used_at": far}
    db.session.execute(insert(SignedIn).values(**row, **kept))
    db.session.commit()  # and no rollback before it, which would take back what other sessions wrote since
    return session_id


@pytest.fixture
def fixtures_folder() -> Path:
    return Path(__file__).parent


os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")
