"""Weekly sessions: parts gone through, sessions done, plans made; therapy groups, their meetings, who came."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables of sessions."""
    _fact(
        "session_part",
        *_text("session", "part", "status"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_done(),
        _one_of("status", "done", "stopped", "left_out"),
    )
    _fact("session_done", *_text("session"), sa.Column("version", sa.Integer(), nullable=False), *_done())
    sealed = [sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("what", "moment", "often")]
    _fact("plan_made", *_text("session"), *sealed, _instant("made_at"))
    op.create_table(
        "therapy_group",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("code", "site", "arm"),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("sealed_therapist", "sealed_place")),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_therapy_group"),
        sa.UniqueConstraint("code", name="uq_therapy_group_code"),
        _one_of("arm", "mbt", "cbt"),
    )
    op.create_table(
        "group_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        *_number("meeting", "number", "group_id"),
        *_text("session"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        *_text("starts_local", "zone"),
        _instant("set_at"),
        *_text("set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_group_meeting"),
        sa.ForeignKeyConstraint(["group_id"], ["therapy_group.id"], name="fk_group_meeting_group_id"),
        sa.UniqueConstraint("meeting", "number", name="uq_group_meeting_meeting_number"),
    )
    op.create_index("ix_group_meeting_group_id", "group_meeting", ["group_id"])
    _fact("group_assigned", sa.Column("group", sa.Integer(), nullable=True), _instant("at"))
    op.create_index("ix_group_assigned_group", "group_assigned", ["group"])
    _fact(
        "attendance",
        *_number("meeting", "group"),
        *_text("session", "status"),
        _instant("starts_at"),
        *_text("starts_local", "zone"),
        _one_of("status", "present", "absent", "excused"),
    )
    op.create_index("ix_attendance_meeting", "attendance", ["meeting"])


def _fact(name: str, *parts: Any) -> None:
    """A table of facts: a row a revision, with who, when and why."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("entity"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        *_text("state"),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        *_text("step"),
        sa.Column("update_id", sa.Integer(), nullable=True),
        _instant("recorded_at"),
        *_text("recorded_by"),
        sa.Column("why", sa.String(), nullable=True),
        *_text("salt"),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=f"fk_{name}_participant_id"),
        sa.UniqueConstraint("entity", "revision", name=f"uq_{name}_entity_revision"),
        _one_of("state", "recorded", "voided"),
    )
    op.create_index(f"ix_{name}_participant_id", name, ["participant_id"])


def _one_of(column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _done() -> list[sa.Column[Any]]:
    return [_instant("done_at"), *_text("done_local", "zone")]


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
