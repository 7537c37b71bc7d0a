"""What staff does with a browser: sign in, fill in a form, send it."""

import time

from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Page, expect

from core.db import db
from staff.account import User
from tests.conftest import open_session
from tests.stories.arranging import PASSWORD
from tests.stories.house import House


def sign_in(page: Page, house: House, email: str) -> None:
    """By password, through the sign-in page."""
    page.goto(f"{house.url}/staff/")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button.primary").click()
    expect(page.locator("#email")).to_have_count(0)


def let_in(page: Page, house: House, email: str) -> None:
    """Signed in already, as after a visit earlier this morning."""

    def cookie() -> str:
        account = db.session.query(User).filter_by(email=email).one()
        signer = SecureCookieSessionInterface().get_signing_serializer(house.app)
        assert signer is not None
        db.session.commit()  # what was read so far is let go, so that writing may wait for its turn
        sid = open_session(account.id)
        kept = {"_user_id": account.fs_uniquifier, "_fresh": True, "fs_paa": time.time(), "sid": sid}
        value = signer.dumps(kept)
        return value if isinstance(value, str) else value.decode()

    name = str(house.app.config["SESSION_COOKIE_NAME"])
    page.context.add_cookies([{"name": name, "value": house.look(cookie), "url": house.url}])


def fill(page: Page, **typed: str | bool) -> int:
    """Fill in fields of the page's form by name; returns how many there were to fill in."""
    for name, value in typed.items():
        control = page.locator(f"main form.form [name={name}]").first
        if isinstance(value, bool):
            control.set_checked(value)
        elif control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(label=value)
        else:
            control.fill(value)
    return page.locator("main form.form :is(input, select, textarea):not([type=hidden])").count()


def send(page: Page, label: str) -> None:
    """Press the button of this label; fails where the page says that something is wrong."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).first.click()
    wrong = page.locator(".notice.bad").all_inner_texts()
    assert not wrong, wrong
