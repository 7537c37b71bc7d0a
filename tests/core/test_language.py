"""Spanish is written, not left over: a whole catalogue, whole pages, numbers and days as its readers know them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from flask_security.utils import get_message

from core import i18n
from core.money import Money
from tests.visible import Visible, left_in_english

ROOT = Path(__file__).parents[2]
FOLDERS = ("core", "staff", "campaigns", "legal", "donors", "templates")
#: Names and units that read the same in both languages.
ALIKE = {"%(hours)s h", "No", "no", "Stripe", "Total"}
NAMES = {"Amparo", "English", "Español", "Stripe"}

Words = str | tuple[str, ...]


@cache
def sentences() -> frozenset[Words]:
    """Every sentence of the sources, a pair where it counts."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = DEFAULT_KEYWORDS | parse_keywords(["lazy_gettext"])
    found = {each[1] for each in extract_from_file("python", ROOT / "app.py", keywords=keywords)}
    for folder in FOLDERS:
        found |= {each[2] for each in extract_from_dir(ROOT / folder, methods, options, keywords)}
    return frozenset(found)


@cache
def catalogue() -> Catalog:
    with (ROOT / "translations/es/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="es")


def pairs() -> list[tuple[Any, tuple[str, ...]]]:
    """Each sentence with its Spanish: one form, or two where it counts."""
    return [(message.id, _forms(message.string)) for message in catalogue() if message.id]


def _forms(words: Any) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def _placeholders(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in re.findall(r"%\((\w+)\)[sd]", text)}


@pytest.mark.pure
def test_every_sentence_of_the_sources_is_in_the_catalogue() -> None:
    """`make messages` brings in what is missing."""
    known = {tuple(words) if isinstance(words, list) else words for words, _spanish in pairs()}
    assert sentences() - known == set()


@pytest.mark.pure
def test_no_sentence_is_empty_or_fuzzy_in_spanish() -> None:
    assert [words for words, spanish in pairs() if not all(spanish)] == []
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


@pytest.mark.pure
def test_a_sentence_that_counts_has_two_forms_in_spanish() -> None:
    assert [words for words, spanish in pairs() if len(spanish) != len(_forms(words))] == []


@pytest.mark.pure
def test_a_sentence_is_looked_up_in_one_way_only() -> None:
    """gettext does not find what the catalogue holds as singular and plural."""
    counted = {words[0] for words in sentences() if isinstance(words, tuple)}
    assert counted & sentences() == set()


@pytest.mark.pure
def test_placeholders_are_the_same_in_both_languages() -> None:
    differing = [
        words for words, spanish in pairs() if _placeholders(_forms(words)) != _placeholders(spanish)
    ]
    assert differing == []


@pytest.mark.pure
def test_nothing_is_left_in_english_but_names() -> None:
    assert [words for words, spanish in pairs() if words in spanish and words not in ALIKE] == []


@pytest.mark.pure
def test_spanish_does_not_shout() -> None:
    assert [spanish for _words, spanish in pairs() if "!" in "".join(spanish)] == []


@pytest.mark.pure
def test_english_left_on_a_spanish_page_is_found() -> None:
    page = '<p aria-label="Carlos">%s</p><code>gift.settled</code><img alt="A portrait of %s">'
    shown = page % ("Raised so far", "Carlos")
    assert left_in_english(shown, shown, {"Carlos"}) == {"Raised so far", "A portrait of Carlos"}
    assert left_in_english(shown, page % ("Recaudado", "Ana"), {"Carlos"}) == set()


@pytest.mark.parametrize("path", ["/", "/login", "/reset", "/my/", "/nothing", "/wan-signin"])
def test_a_page_for_everybody_is_wholly_spanish(client: FlaskClient, path: str) -> None:
    english, spanish = (client.get(f"{path}?lang={language}").text for language in ("en", "es"))
    assert (Visible(english).language, Visible(spanish).language) == ("en", "es")
    assert left_in_english(english, spanish, NAMES) == set()


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "Una defensa legal, pagada y trabajada a la vista de todos"),
        ("/login", "Olvidé mi contraseña"),
        ("/nothing", "Revise la dirección o empiece desde la página principal."),
    ],
)
def test_a_page_says_its_sentence_in_spanish(client: FlaskClient, path: str, sentence: str) -> None:
    assert sentence in client.get(f"{path}?lang=es").text


def test_a_wrong_password_is_told_in_spanish(client: FlaskClient) -> None:
    answer = client.post("/login?lang=es", data={"email": "nadie@example.org", "password": "una cualquiera"})
    assert "Este correo electrónico y esta contraseña no coinciden." in answer.text


def test_signing_in_has_no_message_in_english_alone(app: Flask) -> None:
    """Ours and those of Flask-Security's own catalogue."""
    names = [key.removeprefix("SECURITY_MSG_") for key in app.config if key.startswith("SECURITY_MSG_")]
    assert len(names) > 50
    said: dict[str, list[str]] = {}
    for language in ("en", "es"):
        with app.app_context(), app.test_request_context(f"/?lang={language}"):
            said[language] = [str(get_message(name)[0]) for name in names]
    assert set(said["en"]) & set(said["es"]) == set()


@pytest.mark.parametrize("wish", ["es", "es-MX,es;q=0.9,en;q=0.5", "es-US"])
def test_the_browser_wish_for_spanish_is_heard(client: FlaskClient, wish: str) -> None:
    answer = client.get("/", headers={"Accept-Language": wish})
    assert Visible(answer.text).language == "es"


@pytest.mark.parametrize(
    ("language", "amount", "count", "long"),
    [
        ("en", "$63,480", "12,345.5", "30 November 2025, 23:59 CST"),
        ("es", "$63,480", "12,345.5", "30 de noviembre de 2025, 23:59 CST"),
    ],
)
def test_figures_read_as_in_the_united_states(
    app: Flask, language: str, amount: str, count: str, long: str
) -> None:
    with app.test_request_context(), force_locale(language):
        assert i18n.money(Money(6_348_000, "USD")) == amount
        assert i18n.money(Money(1_250, "USD")) == "$12.50"
        assert i18n.number(12_345.5) == count
        assert i18n.instant(datetime(2025, 12, 1, 5, 59, tzinfo=UTC), "America/Chicago") == long


def test_days_and_months_are_spanish(app: Flask) -> None:
    with app.test_request_context(), force_locale("es"):
        assert i18n.day(date(2025, 11, 30)) == "30 de noviembre de 2025"
        assert i18n.month(date(2025, 11, 1)) == "noviembre de 2025"
