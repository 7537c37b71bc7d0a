"""An event of the audit trail, and its details, which can be erased without breaking the chain.

The chain covers a salted digest of the details and not the details themselves. Without the salt nobody can
tell from the digest what stood there, however short it was; so deleting the row of details, salt and all,
erases them. That it was erased is an event of its own, and anything else that is missing is a break.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import ids
from core.db import Id, Model, UtcDateTime

GENESIS = "0" * 64
#: The verb that tells of an erasure; its subject is the erased event's id.
ERASE = "audit.erase"


class AuditChain(Model):
    """The head of an organisation's chain, locked while an event is added."""

    __tablename__ = "audit_chain"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default=GENESIS)


class AuditDetail(Model):
    """What changed, and why. Deleted where it has to be forgotten, never changed."""

    __tablename__ = "audit_detail"

    event_id: Mapped[str] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    #: 256 random bits.
    salt: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")

    def digest(self) -> str:
        content = {"before": self.before, "after": self.after, "reason": self.reason}
        return hashlib.sha256((self.salt + canonical(content)).encode()).hexdigest()


class AuditEvent(Model):
    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("organisation_id", "position"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("aud"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    verb: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    details_digest: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    detail: Mapped[AuditDetail | None] = relationship(lazy="joined", passive_deletes="all")

    @property
    def before(self) -> dict[str, Any] | None:
        return self.detail.before if self.detail else None

    @property
    def after(self) -> dict[str, Any] | None:
        return self.detail.after if self.detail else None

    @property
    def reason(self) -> str:
        return self.detail.reason if self.detail else ""

    @property
    def is_erased(self) -> bool:
        return self.detail is None

    def digest(self) -> str:
        """What `hash` must be, computed from everything else in the row."""
        content = {
            "id": self.id,
            "organisation_id": self.organisation_id,
            "position": self.position,
            "at": self.at.isoformat(),
            "actor": self.actor,
            "verb": self.verb,
            "subject": self.subject,
            "details_digest": self.details_digest,
        }
        return hashlib.sha256((self.prev_hash + canonical(content)).encode()).hexdigest()


def canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
