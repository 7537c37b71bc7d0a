"""A backup is one unreadable file; from it alone a fresh database becomes the one that was lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from campaigns.clients.client import ClientIdentity
from campaigns.funds import verifying
from campaigns.funds.fund import Fund
from core import backup, uploads
from core.backup import files
from core.backup.archive import Part
from core.db import db
from core.ids import new_id
from core.settings import Settings
from legal.costs.receipt import RECEIPTS
from staff import audit
from tests.campaigns.conftest import SEALED_NAME, Work
from tests.databases import fresh_url, migrated_url

KEY = Fernet.generate_key().decode()


@pytest.fixture
def settings_here(settings: Settings, database_kind: str, tmp_path: Path) -> Callable[[], Settings]:
    """Settings of an installation with a database of its own, as yet empty."""
    fresh = {"backup_key": KEY, "data_dir": tmp_path / "here"}
    return lambda: replace(settings, database_url=fresh_url(database_kind, tmp_path), **fresh)


@pytest.fixture
def app(settings_here: Callable[[], Settings], database_kind: str, tmp_path: Path) -> Iterator[Flask]:
    """An application that really commits, since a backup sees what was committed."""
    app = create_app(replace(settings_here(), database_url=migrated_url(database_kind, tmp_path)))
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def fresh(settings_here: Callable[[], Settings]) -> Iterator[Engine]:
    """A database that holds nothing, not even a schema."""
    engine = create_engine(settings_here().database_url)
    yield engine
    engine.dispose()


def everything(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every table, as the database gives it."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select()).all()))
            for table in tables.sorted_tables
        }


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words), catch_exceptions=False)
    return result.exit_code, result.output


def test_the_drill(
    app: Flask, work: Work, posted_fund: Fund, settings_here: Callable[[], Settings], tmp_path: Path
) -> None:
    before, file = everything(db.engine), tmp_path / "amparo.backup"
    receipt = _keep_a_file(b"a receipt, sealed " * 50_000)
    code, said = run(app, "backup", str(file))
    assert (code, "and 1 files are in" in said, "read back and right" in said) == (0, True, True), said
    assert file.stat().st_mode & 0o077 == 0
    for secret in (SEALED_NAME.split()[0].encode(), b"Carlos", b"SQLite format"):
        assert secret not in file.read_bytes()

    there = create_app(replace(settings_here(), data_dir=tmp_path / "there"))
    with there.app_context():
        assert not RECEIPTS.path(receipt).exists()
        code, said = run(there, "restore", str(file))
        assert RECEIPTS.path(receipt).read_bytes() == b"a receipt, sealed " * 50_000
        assert RECEIPTS.path(receipt).stat().st_mode & 0o077 == 0
        assert (code, "rows of" in said) == (0, True), said
        assert everything(db.engine) == before
        assert before["ledger_entry"]
        assert before["audit_event"]
        assert list(audit.verify()) == []
        assert dict(verifying.verify_all())["ledger"] == []
        assert db.session.get_one(ClientIdentity, work.client.id).full_name == SEALED_NAME
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text("DELETE FROM audit_event"))
        db.session.close()
        db.engine.dispose()


def _keep_a_file(content: bytes) -> str:
    """A file as it lies on a shelf; returns its name."""
    RECEIPTS.make_folder()
    name = new_id("file")
    RECEIPTS.path(name).write_bytes(content)
    return name


def test_a_file_of_a_backup_lands_nowhere_but_on_a_shelf(tmp_path: Path) -> None:
    for name in ("files/../file_a", "files/receipts/../file_a", "files/receipts/passwd", "files//file_a"):
        with pytest.raises(backup.Unreadable):
            files.put_back(tmp_path, Part(name, [], iter([b"x"])))
    assert list(tmp_path.rglob("*")) == []


def test_a_database_that_holds_rows_is_replaced_only_when_told(
    app: Flask, work: Work, tmp_path: Path
) -> None:
    file = tmp_path / "amparo.backup"
    assert run(app, "backup", str(file))[0] == 0
    before = everything(db.engine)
    db.session.execute(text("UPDATE organisation SET name = 'Changed'"))
    db.session.commit()
    code, said = run(app, "restore", str(file))
    assert (code, "--replace" in said) == (1, True)
    assert everything(db.engine) != before
    db.session.close()
    assert run(app, "restore", str(file), "--replace")[0] == 0
    assert everything(db.engine) == before


def test_a_backup_is_never_written_over_another_or_without_a_key(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "amparo.backup"
    file.write_bytes(b"precious")
    assert "there already" in run(app, "backup", str(file))[1]
    assert file.read_bytes() == b"precious"
    with pytest.raises(backup.Refused, match="AMPARO_BACKUP_KEY"):
        backup.back_up(db.engine, tmp_path, tmp_path / "other", "")
    assert list(tmp_path.glob("other*")) == []


def test_a_damaged_cut_or_foreign_file_changes_nothing(
    app: Flask, work: Work, fresh: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "amparo.backup"
    backup.back_up(db.engine, uploads.folder(), file, KEY)
    whole = file.read_bytes()
    middle = len(whole) // 2
    spoilt = {
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "cut": whole[:middle],
        "without its end": whole[:-21],
        "longer": whole + b"x",
        "no backup": b"PK" + whole,
        "nothing": b"",
    }
    for name, content in spoilt.items():
        file.write_bytes(content)
        with pytest.raises(backup.Unreadable):
            backup.restore(fresh, tmp_path / "files", file, KEY)
        assert everything(fresh) == {}, name
    file.write_bytes(whole)
    with pytest.raises(backup.Unreadable, match="another key"):
        backup.restore(fresh, tmp_path / "files", file, Fernet.generate_key().decode())
