"""Which Latin letters a character may stand for, to the eye or to the tongue.

Letters that are drawn alike come from Unicode's table of confusables, letters that sound alike from a
transliteration; digits and signs from the habits of people who hide words from filters. Look-alikes within
the alphabet are one: I and l, u, v and w, c, k and q; m is r and n.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii
from confusable_homoglyphs.confusables import confusables_data

from campaigns.screening.folding import fold

#: Digits and signs that may stand for a letter, or for nothing at all.
_SIGNS = {
    "0": "o",
    "1": "i",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "gc",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "i",
    "+": "t",
    "(": "c",
    "<": "c",
    "^": "a",
    "#": "h",
    "€": "e",
    "£": "i",
    "¢": "c",
    "¡": "i",
    "×": "x",
    "§": "s",
    "¥": "y",
    "©": "c",
    "®": "r",
}
#: Drawn alike, though neither table says so.
_DRAWN = {
    "и": "n",
    "п": "n",
    "я": "r",
    "σ": "ec",
    "д": "a",
    "ц": "u",
    "ч": "y",
    "λ": "a",
    "ω": "u",
    "ш": "u",
    "э": "e",
}
#: The one letter that is written as two: whatever looks like it is nothing else.
_TWO = "rn"
_ALIKE = str.maketrans({"l": "i", "v": "u", "w": "u", "k": "c", "q": "c", "m": _TWO})


def alike(letters: str) -> str:
    """Latin letters with each of those that look alike written as one."""
    return letters.translate(_ALIKE)


@lru_cache(maxsize=4096)
def meanings(character: str) -> frozenset[str]:
    """What one folded character may stand for, as `alike` writes it; empty for what is no letter."""
    if character in _SIGNS:
        return frozenset(_SIGNS[character])
    if character.isascii():
        return frozenset({alike(character)} if character.isalpha() else ())
    if unicodedata.category(character)[0] not in "LNS":
        return frozenset()
    meant = frozenset(alike(letter) for letter in _latin(character))
    return frozenset({_TWO}) if _TWO in meant else meant


def _latin(character: str) -> Iterator[str]:
    yield from _DRAWN.get(character, "")
    for form in (character, character.upper()):
        drawn = [entry["c"] for entry in confusables_data.get(form, ())]
        for candidate in (form, *drawn):
            letter = anyascii(fold(candidate)).lower()
            if len(letter) == 1 and letter.isalpha():
                yield letter


def is_sign(character: str) -> bool:
    """Whether a folded character may be passed over: anything but a letter with a meaning."""
    return character in _SIGNS or not meanings(character)
