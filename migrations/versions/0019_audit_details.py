"""The details of audit events in a table of their own, erasable; the chain covers their salted digest.

Chains are computed anew from the same events.
"""

import hashlib
import json
import secrets
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

GENESIS = "0" * 64


def upgrade() -> None:
    op.create_table(
        "audit_detail",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_detail_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_detail")),
    )
    op.add_column("audit_event", sa.Column("details_digest", sa.String(64), nullable=False, server_default=""))
    guards.drop_append_only("audit_event")
    _chain_anew(op.get_bind())
    for name in ("before", "after", "reason"):
        op.drop_column("audit_event", name)
    guards.append_only("audit_event")
    guards.erasable("audit_detail")


def _chain_anew(connection: sa.Connection) -> None:
    event = sa.Table("audit_event", sa.MetaData(), autoload_with=connection)
    detail = sa.Table("audit_detail", sa.MetaData(), autoload_with=connection)
    chain = sa.Table("audit_chain", sa.MetaData(), autoload_with=connection)
    heads: dict[str, str] = {}
    for row in connection.execute(sa.select(event).order_by(event.c.organisation_id, event.c.position)).all():
        parts: dict[str, Any] = {name: getattr(row, name) for name in ("before", "after", "reason")}
        salt, prev_hash = secrets.token_hex(32), heads.get(row.organisation_id, GENESIS)
        digest = hashlib.sha256((salt + _canonical(parts)).encode()).hexdigest()
        at = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
        content = {name: getattr(row, name) for name in ("id", "organisation_id", "position")}
        content |= {"at": at.isoformat(), "details_digest": digest}
        content |= {name: getattr(row, name) for name in ("actor", "verb", "subject")}
        found = hashlib.sha256((prev_hash + _canonical(content)).encode()).hexdigest()
        connection.execute(sa.insert(detail).values(event_id=row.id, salt=salt, **parts))
        changed = {"details_digest": digest, "prev_hash": prev_hash, "hash": found}
        connection.execute(sa.update(event).where(event.c.id == row.id).values(**changed))
        heads[row.organisation_id] = found
    for organisation_id, head in heads.items():
        connection.execute(
            sa.update(chain).where(chain.c.organisation_id == organisation_id).values(head=head)
        )


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def downgrade() -> None:
    for name in ("before", "after"):
        op.add_column("audit_event", sa.Column(name, sa.JSON(), nullable=True))
    op.add_column("audit_event", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.drop_column("audit_event", "details_digest")
    op.drop_table("audit_detail")
    guards.drop_functions("audit_detail_erasable")
