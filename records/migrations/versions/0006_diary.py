"""The evening diary: its days, the medicines on each, and the practice of a week as looked back on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the three tables of the diary."""
    _fact(
        "diary_day",
        *_text("answer"),
        _one_of("answer", "all_logged", "as_usual", "different", "none", "rather_not_say"),
    )
    _fact(
        "diary_dose",
        *_text("medicine"),
        sa.Column("count", sa.Float(), nullable=True),
        *_text("status"),
        sa.Column("logged", sa.Float(), nullable=True),
        _one_of("status", "as_logged", "as_usual", "different", "zero", "dont_remember", "rather_not_say"),
        sa.CheckConstraint("count >= 0", name="count_not_negative"),
        sa.CheckConstraint("logged >= 0", name="logged_not_negative"),
        sa.CheckConstraint("status != 'zero' OR count = 0", name="zero_is_zero"),
        sa.CheckConstraint(
            "status NOT IN ('dont_remember', 'rather_not_say') OR count IS NULL", name="count_only_when_known"
        ),
    )
    _fact(
        "practice_week",
        sa.Column("led_minutes", sa.Integer(), nullable=False),
        sa.Column("reported_minutes", sa.Integer(), nullable=False),
        *_text("answer"),
        sa.Column("minutes", sa.Integer(), nullable=True),
        _one_of("answer", "more", "less", "fits", "skipped"),
        sa.CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        sa.CheckConstraint("answer NOT IN ('fits', 'skipped') OR minutes IS NULL", name="minutes_only_when_said"),
    )


def _fact(name: str, *parts: Any) -> None:
    """A table of facts about a day: a row a revision, with who, when and why."""
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
        sa.Column("on", sa.Date(), nullable=False),
        *parts,
        _instant("answered_at"),
        *_text("answered_local", "zone"),
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


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
