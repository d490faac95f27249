"""What Alembic runs around the revisions: on the connection it is handed, inside that connection's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

from records import alert_tables, fact_tables, tables  # noqa: F401 - they put the tables into the metadata


def plain_types(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """How a draft writes the types that SQLModel brings: as SQLAlchemy's own, so that a revision stands alone."""
    if kind != "type":
        return False
    return {"AutoString": "sa.String()", "UTCDateTime": "sa.DateTime(timezone=True)"}.get(type(item).__name__, False)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=plain_types,
)
with context.begin_transaction():
    context.run_migrations()
