"""A hidden name is found in every disguise; texts of the domain pass.

The suite tries 300 disguises; `AMPARO_DISGUISES=10000` (`make torture`) tries as many as it says.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings

from campaigns.screening import naming
from tests.campaigns.disguising import NAMES, disguises
from tests.campaigns.innocent import innocent_texts

pytestmark = pytest.mark.pure

HOW_MANY = int(os.environ.get("AMPARO_DISGUISES", "300"))


@settings(
    max_examples=HOW_MANY, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(disguises())
def test_no_disguise_hides_a_name(hidden: tuple[str, str]) -> None:
    name, text = hidden
    assert naming.says(text, naming.phrases(name)), ascii(text)


def test_a_thousand_innocent_texts_pass() -> None:
    texts = innocent_texts(1000)
    assert len(set(texts)) == 1000
    listed = "Zebedeo Quetzalito\nVilla Trapisonda\nTalleres Zurzir\nElba\nBob\nSalto Lira\nA012345678\nLima"
    wanted = [phrase for name in NAMES for phrase in naming.phrases(name, listed)]
    assert [text for text in texts if naming.says(text, wanted)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Z*bulón Quetz*lito",
        "Zebul0n ! Quetza1it0",
        "otilazteuQ nólubeZ",
        "Зебулон Кветсалито, Zebulon Кuetzaliтo",
        "🅩🅔🅑🅤🅛🅞🅝 🅠🅤🅔🅣🅩🅐🅛🅘🅣🅞",
        "🇿🇪🇧🇺🇱🇴🇳 quetzalito",
        "see https://example.org/%5Aebul%C3%B3n%20Quetzalito",
        "Zebulón (Quetzalito)",
        "from A n a.",
        "A.n.a",
        "4na came",
        "file A# 012-345-678",
        "en el 12 de la calle 8",
    ],
)
def test_a_habit_of_those_who_hide_words_is_known(text: str) -> None:
    wanted = naming.phrases("Zebulón Quetzalito", "Ana\nA012345678\n12 de la Calle 8")
    assert naming.says(text, wanted)


@pytest.mark.parametrize(
    "text", ["Banana", "an apple", "Mariana, Susana", "L210/A103", "canaán", "A-1 n", "a na"]
)
def test_a_short_name_is_not_seen_within_other_words(text: str) -> None:
    assert not naming.says(text, naming.phrases("Ana"))


def test_the_longest_story_is_read_in_time_that_grows_with_it() -> None:
    """What somebody writes to slow the screen down: signs that may all be letters, again and again."""
    assert not naming.says("1!|0o5$" * 3000, naming.phrases("Zebulón Quetzalito Ñandúbal", "Lilio Soliz"))
