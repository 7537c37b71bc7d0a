"""Names as keyed digests: they can be compared, across organisations too, and never read.

A name is folded (case, accents, particles, order do not count) and digested whole and by each two of its parts, so
that a second surname more or less still meets. The key is random, made once, and sealed: without it a digest cannot
be tried out against a list of names.
"""

import hashlib
import hmac
import secrets
from itertools import combinations

from sqlalchemy import ForeignKey, String, delete, insert
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.screening.folding import words
from campaigns.screening.naming import PARTICLES
from core.db import Model, db, insert_once
from core.sealed import SealedText

MOST_PARTS = 8


class NameKey(Model):
    """The one key; the row's number is always 1."""

    __tablename__ = "name_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(SealedText)


class ClientNameDigest(Model):
    """One way in which a client's sealed name can be met."""

    __tablename__ = "client_name_digest"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


def digests_of(name: str) -> set[str]:
    """Every digest under which a name can be met; none for a text without letters."""
    parts = sorted({word for word in words(name) if word not in PARTICLES and len(word) > 1})
    forms = {" ".join(parts), *map(" ".join, combinations(parts[:MOST_PARTS], 2))} if parts else set()
    key = _key() if forms else b""
    return {hmac.new(key, form.encode(), hashlib.sha256).hexdigest() for form in forms}


def keep_digests(client_id: str, name: str) -> None:
    """Put the digests of a client's name in place of those that were kept."""
    db.session.execute(delete(ClientNameDigest).where(ClientNameDigest.client_id == client_id))
    rows = [{"client_id": client_id, "digest": each} for each in sorted(digests_of(name))]
    if rows:
        db.session.execute(insert(ClientNameDigest), rows)


def _key() -> bytes:
    kept = db.session.get(NameKey, 1)
    if kept is None:
        insert_once(NameKey, id=1, key=secrets.token_hex(32))
        kept = db.session.get_one(NameKey, 1, populate_existing=True)
    return bytes.fromhex(kept.key)
