"""How Alembic meets our models: one connection that the caller opened (core/schema.py)."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from core.db import Model, UtcDateTime


def _render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Migrations name plain column types, so that they keep their meaning when our own types change."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else f"sa.{item.impl!r}"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    compare_type=True,
    render_item=_render_item,
    # The queue keeps its own tables where it shares our PostgreSQL.
    include_name=lambda name, kind, parents: not (kind == "table" and str(name).startswith("huey")),
)
with context.begin_transaction():
    context.run_migrations()
