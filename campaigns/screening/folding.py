"""Words of a text, folded so that spellings a person reads alike compare equal.

Case, accents, compatibility forms (full-width letters, ligatures) and characters without a shape of their
own (zero-width, soft hyphens, direction marks) do not count. Letters and digits are words apart, so that
`perez84` holds the word `perez`.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from core.markup import to_html

#: Letters that keep their stroke or ligature through Unicode's decomposition.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
#: Letters by their category, but drawn as nothing.
_BLANK_LETTERS = re.compile("[\u115f\u1160\u3164\uffa0]")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_TAG = re.compile(r"<[^>]*>")
_MARKUP = re.compile(r"\]\([^)]*\)|[*_~`\\\[\]]")
_BROKEN_WORD = re.compile(r"[-\u2010\u2011]\s*\n\s*")


def fold(text: str) -> str:
    """Lower case, no accents, nothing invisible."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(each for each in decomposed if unicodedata.category(each) not in {"Mn", "Me", "Cf"})
    return _BLANK_LETTERS.sub("", visible).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The folded words, in order."""
    return _WORD.findall(fold(text))


def versions(text: str) -> list[str]:
    """A Markdown text as written, as drawn, without its marks, with broken words joined, with its addresses
    decoded; each once."""
    plain = html.unescape(html.unescape(text))  # a reader sees through what was escaped once too often
    as_drawn = html.unescape(html.unescape(_TAG.sub("", str(to_html(text)))))
    without_tags = _TAG.sub("", plain)
    without_marks = _MARKUP.sub("", without_tags)
    joined = _BROKEN_WORD.sub("", without_marks)
    return list(dict.fromkeys((text, as_drawn, without_tags, without_marks, joined, unquote(plain))))


def readings(text: str) -> Iterator[list[str]]:
    """The words of each of a text's versions."""
    yield from map(words, versions(text))


def holds(text_words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the phrase stands in the text as whole words in a row, or run together as one."""
    if not phrase:
        return False
    length = len(phrase)
    wanted = list(phrase)
    return "".join(phrase) in text_words or any(
        list(text_words[start : start + length]) == wanted for start in range(len(text_words) - length + 1)
    )
