"""Passkeys in a real browser with a virtual authenticator: made, used alone, used as second step, removed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from core.db import db, transaction
from core.settings import Settings
from staff import people
from staff.account import WebAuthn, accounts
from staff.joining import open_account
from tests.databases import migrated_url
from tests.staff.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.once]
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, database_kind: str) -> Iterator[tuple[Flask, str]]:
    """A server of its own on a database of its own, with form tokens as in production; and its address."""
    folder: Path = tmp_path_factory.mktemp("passkeys")
    app = create_app(
        Settings(
            environment="testing",
            data_dir=folder,
            database_url=migrated_url(database_kind, folder),
            queue_url="memory:",
            log_level="ERROR",
        )
    )
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with app.app_context():
        with transaction():
            _organisation, token = people.found_organisation(
                "Casa Nueva", slug="casa", zone="UTC", owner_email="nora@example.org"
            )
        with transaction():
            open_account(token, name="Nora", password_hash=hash_password(PASSWORD))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield app, f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def chromium(place: tuple[Flask, str]) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser.new_context(base_url=place[1], locale="en-US")
        browser.close()


@pytest.fixture
def page(chromium: BrowserContext, place: tuple[Flask, str]) -> Iterator[Page]:
    """A page of nobody, with an authenticator that confirms by itself, and no passkeys left over."""
    with place[0].app_context(), transaction() as session:
        for each in session.query(WebAuthn):
            session.delete(each)
    chromium.clear_cookies()
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    devtools = chromium.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    yield page
    page.close()
    assert complaints == []  # among others, everything the content policy refused


def sign_in_by_password(page: Page) -> None:
    page.goto("/login?next=/staff/account")
    page.get_by_label("E-mail address").fill("nora@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def make_passkey(page: Page, name: str, purpose: str) -> None:
    page.goto("/wan-register")
    page.get_by_label("Name of the passkey").fill(name)
    page.get_by_label(purpose).check()
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(name)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_alone_opens_the_staff_home(page: Page) -> None:
    sign_in_by_password(page)
    make_passkey(page, "Phone", "To sign in with it alone")
    sign_out(page)
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.get_by_text("Nora")).to_be_visible()


def test_a_passkey_as_second_step_is_asked_for_after_the_password(page: Page) -> None:
    sign_in_by_password(page)
    make_passkey(page, "Blue key", "As a second step after the password")
    sign_out(page)
    sign_in_by_password(page)
    expect(page.get_by_role("heading", name="The passkey as second step")).to_be_visible()
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_a_second_step_does_not_sign_in_alone(page: Page) -> None:
    sign_in_by_password(page)
    make_passkey(page, "Blue key", "As a second step after the password")
    sign_out(page)
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("status")).to_have_text("This passkey opens no account here, or not in this way.")
    page.goto("/staff/people")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_removed_passkey_opens_nothing(page: Page, place: tuple[Flask, str]) -> None:
    sign_in_by_password(page)
    make_passkey(page, "Phone", "To sign in with it alone")
    page.goto("/wan-register")
    page.get_by_role("button", name="Remove").click()
    with place[0].app_context():
        nora = accounts.find_user(email="nora@example.org")
        assert nora is not None
        assert list(nora.webauthn) == []
    page.goto("/staff/account")
    sign_out(page)
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("status")).to_have_text("This passkey opens no account here, or not in this way.")
