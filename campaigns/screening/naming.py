"""Whether a text names somebody: what counts as their name, and every way of reading the text."""

from itertools import pairwise, permutations

from campaigns.screening.disguises import Disguises
from campaigns.screening.folding import holds, versions, words

#: Too common in names to give anybody away.
PARTICLES = {"de", "del", "la", "las", "los", "y", "da", "do", "dos", "van", "von", "der", "bin", "al", "el"}
#: Any two of the first parts of a name, in any order, name somebody.
_PARTS_IN_ANY_ORDER = 8

Phrases = list[list[str]]


def entries(never_publish: str) -> list[str]:
    """The entries of a deny-list, one a line."""
    return [line.strip() for line in never_publish.splitlines() if words(line)]


def phrases(full_name: str, never_publish: str = "") -> Phrases:
    """What must not stand in a text: the name, any two parts of it in a row, each entry of the list."""
    name = words(full_name)
    telling = [part for part in name if part not in PARTICLES]
    pairs = [*pairwise(telling), *permutations(telling[:_PARTS_IN_ANY_ORDER], 2)]
    listed = [words(each) for each in entries(never_publish)]
    return [phrase for phrase in (name, telling, *map(list, pairs), *listed) if phrase]


def telling_parts(full_name: str) -> Phrases:
    """Each single part of a name that might give somebody away."""
    return [[part] for part in words(full_name) if len(part) > 2 and part not in PARTICLES]


def says(text: str, wanted: Phrases) -> bool:
    """Whether one of the phrases stands in a text, plain or disguised."""
    if not wanted:
        return False
    ways = versions(text)
    if any(holds(way, phrase) for way in map(words, ways) for phrase in wanted):
        return True
    disguises = Disguises(wanted)
    return any(disguises.hide_in(way) for way in ways)
