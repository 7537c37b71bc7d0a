"""Folding, slugs and detectors: pure functions from text to words, addresses and kinds of finding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.screening import slugs
from campaigns.screening.detectors import findings
from campaigns.screening.folding import holds, readings, words

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ángel ÑANDÚ", ["angel", "nandu"]),
        ("Straße", ["strasse"]),
        ("Łukasz Bjørn", ["lukasz", "bjorn"]),
        ("ﬁne Ｗｏｒｄ", ["fine", "word"]),
        ("O'Neill-Gómez", ["o", "neill", "gomez"]),
        ("perez84 x_y", ["perez", "84", "x", "y"]),
        ("zero\u200bwidth\u00ad\u2060", ["zerowidth"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, folded: list[str]) -> None:
    assert words(text) == folded


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for reading in readings(text):
        assert all(reading)


@given(st.lists(st.text("abcdeñ", min_size=1), min_size=1), st.text("., \n*_", min_size=1))
def test_a_phrase_is_found_whatever_stands_between_its_words(phrase: list[str], between: str) -> None:
    spaced = between if between.strip("*_") else f"{between} "
    text = f"one {spaced.join(phrase)} two"
    assert any(holds(reading, words(" ".join(phrase))) for reading in readings(text))


def test_nothing_is_held_by_nothing() -> None:
    assert not holds([], [])
    assert not holds(["a"], [])
    assert not holds(["ab", "c"], ["b", "c"])


@pytest.mark.parametrize(
    "text",
    [
        "Bond $8,000 posted",
        "Exhibit 12-A and exhibits 3-14",
        "L210/A103 and E112",
        "$10,500,000 raised of $12,000,000",
        "In March 2026 we filed",
        "Section 2412(d) of 28 USC",
        "130 new monthly donors, 57 to go",
        "May 1 be so bold",
        "A 2-1 decision",
    ],
)
def test_codes_sums_and_exhibits_are_no_finding(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A# 012 345 678", "a_number"),
        ("a012-345-678", "a_number"),
        ("IOE 0912345678", "receipt_number"),
        ("1:24-cr-1234", "docket_number"),
        ("44 E. 7th Street", "street_address"),
        ("Avenida Central 12", "street_address"),
        ("03/04/2026", "full_date"),
        ("3 March 2026", "full_date"),
        ("12 de octubre de 2025", "full_date"),
        ("rosa@example.org", "email"),
        ("+34 600 123 456", "phone"),
        ("512.555.0134", "phone"),
    ],
)
def test_details_are_found(text: str, kind: str) -> None:
    assert kind in findings(f"We heard {text} today.")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Bring Carlos Home!", "bring-carlos-home"),
        ("¡Ñandú año 2026!", "nandu-ano-2026"),
        ("…", "page"),
        ("Ё", "page"),
        ("word " * 30, "-".join(["word"] * 11)),
    ],
)
def test_a_slug_follows_the_title(title: str, slug: str) -> None:
    assert slugs.suggest(title, lambda _: False) == slug


def test_a_taken_slug_is_numbered() -> None:
    assert slugs.suggest("Home", {"home", "home-2"}.__contains__) == "home-3"


@given(st.text())
def test_every_suggested_slug_is_right(title: str) -> None:
    assert slugs.wrong(slugs.suggest(title, lambda _: False), lambda _: False) is None
