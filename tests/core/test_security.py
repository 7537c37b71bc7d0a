"""Headers and cookies as production sends them, and secrets that print nowhere."""

import pytest
from flask import Flask, session
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from core import security
from core.db import Model

SECRET = "a-secret-that-must-not-print"  # noqa: S105 (looked for in what is printed)


@pytest.fixture
def production() -> TestResponse:
    """An answer that sets a session, as production sends it."""
    app = Flask("production")
    app.secret_key = SECRET
    app.config["WTF_CSRF_ENABLED"] = False
    security.init_app(app, base_url="https://amparo.example", is_production=True)

    @app.get("/")
    def home() -> str:
        session["x"] = 1
        return "home"

    return app.test_client().get("/", base_url="https://amparo.example")


@pytest.mark.pure
def test_production_insists_on_https_for_two_years(production: TestResponse) -> None:
    assert production.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


@pytest.mark.pure
def test_cookies_in_production_are_of_this_host_alone(production: TestResponse) -> None:
    name, *attributes = production.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-amparo=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not any(each.startswith("Domain") for each in attributes)


@pytest.mark.pure
def test_the_policy_knows_no_exception() -> None:
    """Nothing inline at all, so that there is no nonce to steal; nothing from another host; no frame around it."""
    parts = [part.partition(" ") for part in security.CONTENT_POLICY.split("; ")]
    policy = {name: sources for name, _space, sources in parts}
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    for exception in ("unsafe", "http", "*", "blob:", "strict-dynamic"):
        assert exception not in security.CONTENT_POLICY
    assert security.CONTENT_POLICY.count("data:") == 1  # pictures drawn by us: patterns, codes to scan


def test_no_model_prints_its_secrets(app: Flask) -> None:
    for mapper in Model.registry.mappers:
        kinds = {
            each.key: type(each.columns[0].type).__name__ for each in inspect(mapper.class_).column_attrs
        }
        texts = {key: SECRET for key, kind in kinds.items() if kind in {"SealedText", "Text", "AsciiArmored"}}
        assert SECRET not in repr(mapper.class_(**texts)), mapper.class_.__name__
