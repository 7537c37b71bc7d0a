"""Keys that seal are retired: everything sealed is sealed again, and then opens with the new key alone."""

from collections.abc import Callable, Iterator

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.clients.client import ClientIdentity
from core import sealed
from core.mail import OutgoingMail
from core.operating import resealing
from core.sealed import CannotOpen
from staff.account import User
from tests.campaigns.conftest import SEALED_NAME, Work
from tests.conftest import Cast


@pytest.fixture
def keys(app: Flask) -> Iterator[Callable[..., None]]:
    """Changes the application's keys, newest first, for the time of the test."""
    before = app.extensions["sealing"]
    yield lambda *keys: sealed.init_app(app, keys)
    app.extensions["sealing"] = before


def rotate(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["sealing", "rotate"], catch_exceptions=False)
    return result.exit_code, result.output


@pytest.fixture
def filled(app: Flask, session: Session, cast: Cast, work: Work) -> Work:
    """An identity, mails with and without HTML, and an account with two recovery codes."""
    box = Fernet(app.config["SETTINGS"].sealing_keys[0])
    for number in range(3):
        session.add(
            OutgoingMail(key=f"mail-{number}", to="a@example.org", subject="Hello", text=f"text {number}")
        )
    cast.alice.account.mf_recovery_codes = [box.encrypt(code).decode() for code in (b"one", b"two")]
    session.commit()
    return work


def test_after_a_rotation_the_old_key_is_not_needed(
    app: Flask, session: Session, cast: Cast, filled: Work, keys: Callable[..., None]
) -> None:
    old, new = app.config["SETTINGS"].sealing_keys[0], Fernet.generate_key().decode()
    keys(new, old)
    code, said = rotate(app)
    assert code == 0
    assert "client_identity: 1 rows" in said
    assert "outgoing_mail: 3 rows" in said
    assert "account: 1 rows" in said
    session.expire_all()
    keys(new)
    assert session.get_one(ClientIdentity, filled.client.id).full_name == SEALED_NAME
    assert {mail.text for mail in session.query(OutgoingMail)} == {"text 0", "text 1", "text 2"}
    codes = session.get_one(User, cast.alice.account.id).mf_recovery_codes
    assert [Fernet(new).decrypt(each.encode()) for each in codes or []] == [b"one", b"two"]
    session.expire_all()
    keys(old)
    with pytest.raises(CannotOpen):
        session.get_one(ClientIdentity, filled.client.id)


def test_a_rotation_that_was_broken_off_goes_on(
    app: Flask, session: Session, filled: Work, keys: Callable[..., None]
) -> None:
    keys(Fernet.generate_key().decode(), app.config["SETTINGS"].sealing_keys[0])
    assert resealing.reseal_batch(OutgoingMail.__table__, size=2).resealed == 2  # pyright: ignore[reportArgumentType]
    session.commit()
    assert "outgoing_mail: 1 rows" in rotate(app)[1]
    assert "; 0 rows and files were not before" in rotate(app)[1]


def test_a_value_that_no_key_opens_is_named_and_left(
    app: Flask, session: Session, filled: Work, keys: Callable[..., None]
) -> None:
    read = text("SELECT full_name FROM client_identity")
    before = session.execute(read).scalar_one()
    session.commit()
    keys(Fernet.generate_key().decode())
    code, said = rotate(app)
    assert code == 1
    assert "opens with none of the configured keys" in said
    assert session.execute(read).scalar_one() == before


def test_no_sealed_column_is_forgotten() -> None:
    tables = {table.name for table in resealing.sealed_tables()}
    assert tables >= {"account", "client_identity", "outgoing_mail"}
