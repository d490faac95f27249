"""Ends of due items that did not last; when the turn of an item comes, apart from when it was due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

PENDING = sa.text("state = 'pending'")
A_SECOND = timedelta(seconds=1)


def upgrade() -> None:
    """Make the table; give every item its turn, and those that were put off the instant they were due again."""
    op.drop_index("due_pending", "due_item")
    op.add_column("due_item", _instant("look_at", nullable=True))
    op.execute("UPDATE due_item SET look_at = due_at")
    _restore_due_at(op.get_bind())
    with op.batch_alter_table("due_item") as batch:
        batch.alter_column("look_at", nullable=False)
    op.create_index("due_pending", "due_item", ["look_at"], sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_table(
        "due_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_item_id", sa.Integer(), nullable=False),
        _instant("due_at"),
        sa.Column("due_local", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _instant("final_at"),
        sa.Column("reason", sa.String(), nullable=True),
        _instant("until"),
        sa.PrimaryKeyConstraint("id", name="pk_due_end"),
        sa.ForeignKeyConstraint(["due_item_id"], ["due_item.id"], name="fk_due_end_due_item_id"),
    )
    op.create_index("ix_due_end_due_item_id", "due_end", ["due_item_id"])


def _restore_due_at(bind: sa.Connection) -> None:
    """An item that was put off had lost when it was due; its wall clock and zone still say it."""
    items = sa.table("due_item", sa.column("id"), _instant("due_at"), sa.column("due_local"), sa.column("zone"))
    lost = []
    for row in bind.execute(sa.select(items)):
        due_at = row.due_at if row.due_at.tzinfo else row.due_at.replace(tzinfo=UTC)
        wall = datetime.fromisoformat(row.due_local)
        told = [wall.replace(tzinfo=ZoneInfo(row.zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
        if all(abs(due_at - each) >= A_SECOND for each in told):
            lost.append({"number": row.id, "told": told[0]})
    if lost:
        put_back = sa.update(items).where(items.c.id == sa.bindparam("number"))
        bind.execute(put_back.values(due_at=sa.bindparam("told", type_=items.c.due_at.type)), lost)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
