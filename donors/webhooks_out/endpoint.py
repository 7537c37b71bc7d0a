"""Where an organisation wants to be told, and each message to it.

A message is waiting until it was taken (`delivered_at`) or given up (`failed_at`); a replay makes it due again
under the same id, by which the receiver knows what it has seen.
"""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.sealed import SealedText

#: What can be told of. `ping` goes to one endpoint, when somebody tries it out.
KINDS = ("gift.paid", "gift.refunded", "gift.refund_returned", "gift.voided")
PING = "ping"
#: After a rotation, messages carry the signature of the old secret too, for so long.
BOTH_FOR = timedelta(hours=24)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class WebhookEndpoint(Model):
    __tablename__ = "webhook_endpoint"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("hook"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(SealedText)
    #: The secret before the last rotation, and until when it signs too.
    old_secret: Mapped[str | None] = mapped_column(SealedText)
    old_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Ended by staff, or by the receiver's answer 410.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __repr__(self) -> str:
        return f"<WebhookEndpoint {self.id}>"

    @property
    def secrets_now(self) -> list[str]:
        """The secrets that sign, newest first."""
        is_both = self.old_secret and self.old_until and clock.now() < self.old_until
        return [self.secret, self.old_secret] if is_both and self.old_secret else [self.secret]


class WebhookMessage(Model):
    __tablename__ = "webhook_message"
    __table_args__ = (Index("ix_webhook_message_endpoint_created", "endpoint_id", "created_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("msg"))
    endpoint_id: Mapped[str] = mapped_column(ForeignKey(WebhookEndpoint.id))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now, index=True)
    #: What came of the last attempt: a status, or a word such as `timeout`.
    last_outcome: Mapped[str] = mapped_column(Text, default="")
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    endpoint: Mapped[WebhookEndpoint] = relationship(lazy="joined")

    @property
    def state(self) -> str:
        """`waiting`, `delivered` or `failed`."""
        if self.delivered_at is not None:
            return "delivered"
        return "failed" if self.failed_at is not None else "waiting"
