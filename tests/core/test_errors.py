"""A refusal reads as problem+json for software and as a page for people, with the rule and the next step."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.errors import flatten


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/d/nothing/progress.json"])
def test_software_gets_problem_json(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "not_found"


def test_people_get_a_page_with_a_next_step(client: FlaskClient) -> None:
    answer = client.get("/d/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "front page" in answer.text


def test_a_crash_tells_nothing_and_is_a_500(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash() -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setitem(app.view_functions, "healthz", crash)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_every_answer_carries_the_strict_headers(client: FlaskClient) -> None:
    headers = client.get("/healthz").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-Id"].startswith("req_")


@pytest.mark.pure
def test_nested_messages_are_named_by_their_path() -> None:
    messages = {"json": {"lines": {0: {"amount": ["Wrong."]}}, "title": ["Needed."]}}
    assert flatten(messages) == {"lines.0.amount": ["Wrong."], "title": ["Needed."]}
