"""A bearer token for software: shown once, kept as a digest, able to do only what it was given.

`amp_` and 240 random bits; the digest needs no salt or stretching, since nothing shorter can be guessed.
A token acts for the organisation, as far as the role of the member who made it still reaches.
"""

import hashlib
import re
import secrets
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Forbidden
from staff.access import Actor
from staff.member import Member

PREFIX = "amp_"
_SHAPE = re.compile(r"amp_[A-Za-z0-9_-]{40}")


class ApiToken(Model):
    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("tok"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    #: What it is for, in the words of who made it.
    name: Mapped[str] = mapped_column(Text)
    #: Its last four letters, by which people tell tokens apart.
    ending: Mapped[str] = mapped_column(String(4))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(Member.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: The day of last use is enough to find tokens nobody uses, and costs one write a day.
    last_used_on: Mapped[date | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[Member] = relationship(lazy="joined")

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.created_by.left_at is None


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(30)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_live(secret: str) -> ApiToken | None:
    """The live token with this secret; None for anything else, whatever its shape."""
    if not _SHAPE.fullmatch(secret):
        return None
    token = db.session.scalar(select(ApiToken).where(ApiToken.digest == digest_of(secret)))
    return token if token is not None and token.is_live else None


def actor_of(token: ApiToken) -> Actor:
    return Actor(
        label=f"token:{token.id}",
        organisation_id=token.organisation_id,
        organisation_name=token.created_by.organisation.name,
        user_name=token.name,
        role=token.created_by.role,
        scopes=frozenset(token.scopes),
        made_by_id=token.created_by_id,
    )


def find_answerable(actor: Actor) -> str | None:
    """The id of the member who answers, None for the system itself."""
    if actor.member_id is not None:
        return actor.member_id
    kind, _colon, subject = actor.label.partition(":")
    token = db.session.get(ApiToken, subject) if kind == "token" else None
    return token.created_by_id if token else None


def answerable(actor: Actor) -> str:
    """The same. Raises Forbidden where nobody answers."""
    member_id = find_answerable(actor)
    if member_id is None:
        raise Forbidden(_("A person has to answer for this. Sign in first."))
    return member_id
