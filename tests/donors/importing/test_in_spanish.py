"""The pages of imports have no sentence of English for who reads Spanish."""

import pytest
from flask.testing import FlaskClient

from donors.importing.gift_import import GiftImport
from tests.conftest import Cast
from tests.donors.importing.conftest import SAMPLES, Importing
from tests.donors.staff.conftest import SignIn
from tests.donors.test_spanish import DATA
from tests.visible import left_in_english

pytestmark = pytest.mark.once
#: Names of files, columns and people, and what they say.
SAID = {*DATA, "paypal.csv", "gifts.csv", "Frida", "ActBlue", "GiveWP", "Donorbox", "PayPal"}


@pytest.fixture
def browser(cast: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(cast.frida)


def in_both(browser: FlaskClient, path: str, more: set[str]) -> set[str]:
    english, spanish = (browser.get(f"{path}?lang={language}").text for language in ("en", "es"))
    return left_in_english(english, spanish, SAID | more)


def words_of(found: GiftImport) -> set[str]:
    lines = (SAMPLES / "paypal.csv").read_text().splitlines()
    kinds = {" ".join(found.columns.gifts), " ".join(found.columns.refunds)}
    return {*kinds, *found.header, *(cell.strip('"') for line in lines for cell in line.split('","'))}


def test_each_page_is_wholly_spanish(importing: Importing, browser: FlaskClient) -> None:
    assert in_both(browser, "/staff/gift-imports", set()) == set()
    assert in_both(browser, "/staff/gift-imports/new", set()) == set()
    found = importing.upload((SAMPLES / "paypal.csv").read_bytes())
    here, words = f"/staff/gift-imports/{found.id}", words_of(found)
    assert in_both(browser, f"{here}/columns", words) == set()
    importing.check(found)
    for path in (here, f"{here}/rows"):
        assert in_both(browser, path, words) == set()
    importing.start(found)
    assert in_both(browser, here, words) == set()
    importing.undo(found)
    for path in (here, "/staff/gift-imports"):
        assert in_both(browser, path, words | {"The wrong file."}) == set()
