"""What of a name and of an address says that two donors may be one person. Standard library only.

Mail programs deliver `ana.lopez+news@` where they deliver `analopez@`, and people leave out accents and capitals.
"""

import unicodedata
from difflib import SequenceMatcher
from math import ceil

#: From so alike on, two addresses' names are worth a look: one letter in five may differ.
ALIKE = 0.8
_SAME_HOUSE = {"googlemail.com": "gmail.com"}


def address_key(email: str) -> str:
    """The address without dots and plus tag: `Ana.Lopez+news@googlemail.com` is `analopez@gmail.com`."""
    local, at, domain = email.strip().lower().rpartition("@")
    if not at:
        return email.strip().lower()
    plain = local.split("+", 1)[0].replace(".", "") or local
    return f"{plain}@{_SAME_HOUSE.get(domain, domain)}"


def name_key(name: str) -> str:
    """The name folded, its words in order of the alphabet: `López, Ana` is `ana lopez`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each if each.isalnum() else " " for each in plain if not unicodedata.combining(each))
    return " ".join(sorted(letters.split()))


def are_alike(one_key: str, other_key: str) -> bool:
    """Whether two address keys differ little: another house, or a letter here and there."""
    one, other = one_key.rpartition("@")[0], other_key.rpartition("@")[0]
    if one == other:
        return True
    least = ALIKE * (len(one) + len(other)) / 2
    if min(len(one), len(other)) < least:
        return False
    # What costs little decides most of them: namesakes are compared by the thousand.
    ends = ceil(least)
    if one[:ends] == other[:ends] or one[-ends:] == other[-ends:]:
        return True
    if sum(min(one.count(letter), other.count(letter)) for letter in set(one)) < least:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
