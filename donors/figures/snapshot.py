"""Public figures as they stood: one row a day for each drive, and one for good at its close.

The rows of a drive are a chain: each one's checksum is that of the one before, a line feed, and its own content
(`docs/check_snapshots.py` recomputes it). The database takes new rows alone. A bond's amount is in none, since a
client may stop agreeing to it and a chain cannot forget.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import ids
from core.db import Id, Model, UtcDateTime

DAILY, CLOSE = "daily", "close"
#: What stands in the place of the checksum before the first.
NOTHING_BEFORE = "0" * 64


class PublicSnapshot(Model):
    __tablename__ = "public_snapshot"
    __table_args__ = (
        UniqueConstraint("drive_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("kind IN ('daily','close')", name="kind"),
        Index(
            "uq_public_snapshot_daily",
            *("drive_id", "on_day"),
            unique=True,
            sqlite_where=text("kind = 'daily'"),
            postgresql_where=text("kind = 'daily'"),
        ),
        Index(
            "uq_public_snapshot_close",
            "drive_id",
            unique=True,
            sqlite_where=text("kind = 'close'"),
            postgresql_where=text("kind = 'close'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("snap"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    number: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(Text)
    #: The day in the drive's zone on which it was taken.
    on_day: Mapped[date] = mapped_column(Date)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Canonical JSON.
    content: Mapped[str] = mapped_column(Text)
    previous_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))

    @property
    def figures(self) -> dict[str, Any]:
        return json.loads(self.content)

    @property
    def line(self) -> str:
        """Its line in the file that everybody may download."""
        names = ("number", "kind", "previous_sha256", "content", "sha256")
        return json.dumps({name: getattr(self, name) for name in names}, ensure_ascii=False)


def canonical(content: Mapping[str, Any]) -> str:
    """The same bytes for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(previous_sha256: str, content: str) -> str:
    """The checksum of a snapshot that follows another."""
    return hashlib.sha256(f"{previous_sha256}\n{content}".encode()).hexdigest()


def snapshots_of(drive_id: str) -> Select[PublicSnapshot]:
    """The first one first."""
    return select(PublicSnapshot).where(PublicSnapshot.drive_id == drive_id).order_by(PublicSnapshot.number)
