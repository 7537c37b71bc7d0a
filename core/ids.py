"""Identifiers: a prefix that says what it names and 120 random bits.

One id serves in the database, the URL, the log, Stripe's metadata and the idempotency key. 24 letters of a
32-letter alphabet are 2**120 possibilities: with a thousand million rows the odds of one collision are below
one in 10**18, and nothing can be counted or guessed from a link. The alphabet is Crockford's: lower case,
no i, l, o or u, so an id survives being read aloud and spells no words.
"""

import re
import secrets
from base64 import b32encode

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 24
CODE_LENGTH = 10
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
_SHAPE = re.compile(rf"[a-z]+_[{ALPHABET}]{{{LENGTH}}}")


def new_id(prefix: str) -> str:
    """A fresh id such as `gift_4t9w…`."""
    return f"{prefix}_{encode(secrets.token_bytes(15))}"


def encode(raw: bytes) -> str:
    """15 bytes as 24 letters; used where an id is derived from a keyed digest instead of chance."""
    return b32encode(raw[:15]).translate(_LETTERS).decode()


def new_code() -> str:
    """A code to print and to type: half as long, 50 random bits."""
    return "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))


def is_code(text: str) -> bool:
    """Whether `text` has the shape of a code (not whether it is anybody's)."""
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET)


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` has the shape of an id with this prefix (not whether it exists)."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None
