"""Alerts that are handed on: who was told in turn, tries to call, what the watch told, checklists; ways to staff."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0004"

RESULTS = ("no_answer", "voicemail", "spoke", "wrong_number", "other")


def upgrade() -> None:
    """Two columns of staff, one of alerts, and four tables."""
    op.add_column("staff", sa.Column("sealed_chat", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("sealed_mail", sa.LargeBinary(), nullable=True))
    op.add_column("alert", sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True))
    is_open = sa.text("state = 'open'")
    op.create_index("alert_to_escalate", "alert", ["escalate_at"], sqlite_where=is_open, postgresql_where=is_open)
    _table(
        "alert_page",
        "alert",
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("staff_code", sa.String(), nullable=True),
        _instant("at"),
        sa.UniqueConstraint("alert_id", "step", name="paged_once"),
    )
    listed = ", ".join(f"'{result}'" for result in RESULTS)
    _table(
        "alert_try",
        "alert",
        _instant("at"),
        *_text("author", "result"),
        sa.CheckConstraint(f"result IN ({listed})", name="result_known"),
    )
    _table(
        "watch_told",
        "participant",
        *_text("rule"),
        sa.Column("on", sa.Date(), nullable=False),
        _instant("told_at"),
        sa.UniqueConstraint("participant_id", "rule", "on", name="told_once"),
    )
    _table(
        "checklist_done",
        "participant",
        *_text("item"),
        _instant("done_at"),
        *_text("done_by"),
        sa.UniqueConstraint("participant_id", "item", name="done_once"),
    )


def _table(name: str, points_at: str, *parts: Any) -> None:
    """A table whose rows belong to an alert or a participant."""
    column = f"{points_at}_id"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(column, sa.Integer(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint([column], [f"{points_at}.id"], name=f"fk_{name}_{column}"),
    )
    op.create_index(f"ix_{name}_{column}", name, [column])


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
