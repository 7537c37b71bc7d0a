"""What an installation does that the suite's own application does not, for speed: real hashes, proxies before it."""

from pathlib import Path

import pytest
from flask import Flask, request
from flask_security.utils import hash_password, verify_password

from app import create_app
from core.settings import Settings

pytestmark = pytest.mark.once


def _app(folder: Path, proxies: int) -> Flask:
    app = create_app(Settings(data_dir=folder, queue_url="memory:", proxies=proxies, log_level="CRITICAL"))
    app.add_url_rule("/who", "who", lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    return app


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "127.0.0.1 http localhost"), (1, "192.0.2.9 https real.example")]
)
def test_what_a_visitor_claims_of_itself_is_believed_of_proxies_alone(
    tmp_path: Path, proxies: int, seen: str
) -> None:
    """Of a chain the entry that the last proxy wrote counts; what the visitor wrote before it does not."""
    forged = {
        "X-Forwarded-For": "203.0.113.1, 192.0.2.9",
        "X-Forwarded-Proto": "http, https",
        "X-Forwarded-Host": "evil.example, real.example",
        "X-Real-IP": "203.0.113.1",
        "Forwarded": "for=203.0.113.1",
    }
    assert _app(tmp_path, proxies).test_client().get("/who", headers=forged).text == seen


def test_passwords_are_hashed_with_argon2id(tmp_path: Path) -> None:
    app = _app(tmp_path, 0)
    with app.app_context():
        kept = hash_password("open-the-doors-of-the-house")
        assert kept.startswith("$argon2id$")
        assert verify_password("open-the-doors-of-the-house", kept)
        assert not verify_password("open-the-doors-of-the-horse", kept)
