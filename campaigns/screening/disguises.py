"""Finding names that somebody hid: look-alike letters, digits for letters, letters apart, masks, backwards.

All phrases are followed through a text at once, one bit a letter (Shift-And, Baeza-Yates and Gonnet 1992),
so that the time is a text's length times a small constant, whatever is written. Signs between letters and
letters written twice are passed over; a sign that may be a letter is tried as both.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from anyascii import anyascii

from campaigns.screening.folding import fold
from campaigns.screening.lookalikes import is_sign, meanings

#: From this many letters on a word is found anywhere, several words from one less; shorter ones must fill
#: words of their own.
LONG = 8
#: So many of them must differ from the one before.
_FEWEST = 5
_SHORTEST = 3
_SHORTEST_BACKWARDS = 6
#: Stand for one letter each; a phrase may hide one in five behind them.
_MASKS = "*•·?_#-"
_LETTERS_A_MASK = 5
_TWICE = re.compile(r"r[^a-z]*n[^a-z]*(?=r[^a-z]*n)|([a-z])(?=\1)")
_BETWEEN = re.compile(r"[\W_]+")
_LETTER = re.compile("rn|[a-z]")
_SINGLES = re.compile(r"[^a-z0-9]*(?:(?:rn|[a-z0-9])(?:[^a-z0-9]+|$))*")
#: Letters drawn with strokes.
_DRAWINGS = (("|-|", "h"), ("|\\|", "n"), ("|_|", "u"), ("\\/", "v"), ("/\\", "a"), ("|)", "d"), ("|<", "k"))

Letters = list[frozenset[str]]


#: Characters whose meaning is kept at hand: more than any language needs, less than somebody could fill.
_KEPT = 8192


class _Plain(dict[int, str]):
    """For `str.translate`: each character that means one letter, as that letter."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        meant = meanings(character)
        plain = character if len(meant) != 1 or is_sign(character) else next(iter(meant))
        return self.setdefault(point, plain) if len(self) < _KEPT else plain


_PLAIN = _Plain()


def _plain(text: str) -> str:
    """Folded, with every character that means one letter written as that letter."""
    return fold(text).translate(_PLAIN)


def _letters(word: str) -> Letters:
    """What each letter of a phrase may be, letters in a row that are the same written once."""
    letters: Letters = []
    for character in _TWICE.sub("", _plain(word)):
        meant = meanings(character)
        if meant and not character.isdigit() and meant != (letters[-1] if letters else None):
            letters.append(meant)
    return letters


@dataclass
class _Automaton:
    """Phrases end to end, one bit for each letter, the first letter lowest."""

    size: int = 0
    starts: int = 0
    #: Bits that end a word, and bits that end a phrase when so many of its letters are masked.
    word_ends: int = 0
    ends: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    by_letter: dict[str, int] = field(default_factory=dict)

    def add(self, phrase: Sequence[Letters]) -> None:
        self.starts |= 1 << self.size
        length = sum(map(len, phrase))
        for word in phrase:
            for letter in word:
                for each in letter:
                    self.by_letter[each] = self.by_letter.get(each, 0) | 1 << self.size
                self.size += 1
            self.word_ends |= 1 << self.size - 1
        for masked in range(min(length // _LETTERS_A_MASK, 3) + 1):
            self.ends[masked] |= 1 << self.size - 1

    def bits(self, character: str) -> int:
        """Where the phrases have a letter that this character may be."""
        found = 0
        for letter in meanings(character):
            found |= self.by_letter.get(letter, 0)
        return found

    def runs_through(self, text: str) -> bool:
        """Whether a phrase stands anywhere in a plain text, over borders of words too."""
        known: dict[str, tuple[int, bool]] = {}
        states = [0] * (4 if any(mask in text for mask in _MASKS) else 1)
        for character in text:
            if character not in known:
                known[character] = (self.bits(character), is_sign(character))
            bits, sign = known[character]
            before = 0
            for masked, state in enumerate(states):
                after = (state << 1 | self.starts | state) & bits | (state if sign else 0)
                if masked and character in _MASKS:
                    after |= before << 1 | self.starts
                if after & self.ends[masked]:
                    return True
                states[masked], before = after, state
        return False

    def fills_words(self, text: str) -> bool:
        """Whether a phrase fills whole words of a plain text, most of it in letters."""
        state, opening, letters, digits = 0, True, 0, 0
        for character in text + " ":
            if character.isspace():
                if state & self.ends[0] and letters >= max(digits, 1):
                    return True
                state, opening, letters, digits = state & self.word_ends & ~self.ends[0], True, 0, 0
                continue
            sign = is_sign(character)
            start = self.starts if opening else 0
            state = (state << 1 | start | state) & self.bits(character) | (state if sign else 0)
            opening = opening and sign
            letters, digits = letters + (not sign), digits + character.isdigit()
        return False


class Disguises:
    """Finds any of some phrases in texts, disguised or plain."""

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        """`phrases`: the folded words of each."""
        self._long, self._short = _Automaton(), _Automaton()
        self._numbered: list[str] = []
        for phrase in _spellings(phrases):
            together = "".join(phrase)
            if re.search(r"\d", together):
                self._numbered += [together] if len(together) >= LONG else []
                continue
            whole = _letters(together)
            if len(whole) >= _FEWEST and len(together) >= (LONG if len(phrase) == 1 else LONG - 1):
                self._long.add([whole])
                self._long.add([_letters(together[::-1])])
            elif len(whole) >= _SHORTEST:
                self._short.add([_letters(word) for word in phrase])
                if len(whole) >= _SHORTEST_BACKWARDS:
                    self._short.add([_letters(word[::-1]) for word in reversed(phrase)])

    def hide_in(self, text: str) -> bool:
        """Whether one of the phrases stands in the text, as far as one can read it."""
        return any(self._found(version) for version in _versions(text))

    def _found(self, text: str) -> bool:
        plain = _plain(text)
        return (
            self._has_number(text)
            or self._long.runs_through(_TWICE.sub("", plain))
            or self._short.fills_words(re.sub(r"(rn)+", "rn", plain))
            or any(self._short.runs_through(letters) for letters in _letters_apart(plain))
        )

    def _has_number(self, text: str) -> bool:
        """Addresses and numbers are written in groups: here nothing but letters and digits counts."""
        together = _BETWEEN.sub("", fold(text))
        return any(number in together for number in self._numbered)


def _letters_apart(text: str) -> Iterator[str]:
    """Stretches of a plain text that are single letters, three or more, most of them no signs."""
    for alone, chunks in groupby(text.split(), lambda chunk: bool(_SINGLES.fullmatch(chunk))):
        stretch = " ".join(chunks) if alone else ""
        letters, signs = len(_LETTER.findall(stretch)), sum(map(str.isdigit, stretch))
        if letters >= max(signs, _SHORTEST - 1):
            yield stretch


def _spellings(phrases: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Each phrase once, and once more transliterated where that differs."""
    yield from dict.fromkeys(
        spelling
        for phrase in phrases
        for spelling in (tuple(phrase), tuple(anyascii(word).lower() for word in phrase))
    )


def _versions(text: str) -> Iterator[str]:
    """The text, and where it differs: with drawn letters as letters, and transliterated."""
    yield text
    drawn = text
    for drawing, letter in _DRAWINGS:
        drawn = drawn.replace(drawing, letter)
    if drawn != text:
        yield drawn
    if not text.isascii():
        yield anyascii(fold(text))
