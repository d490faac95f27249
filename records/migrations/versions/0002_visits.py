"""Check-ins: their windows, the answers, their ends, and the calendar of days that looks back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MODES = ("chat", "interviewer", "paper")


def upgrade() -> None:
    """Make the five tables of check-ins."""
    _fact("visit_planned", *_text("visit", "anchor"), *_days(), *_text("protocol_version"))
    _fact(
        "response",
        *_text("visit", "instrument", "instrument_version", "item"),
        sa.Column("value", sa.Integer(), nullable=True),
        *_text("status", "mode", "language"),
        *_answered(),
        _one_of("status", "answered", "skipped", "rather_not_say", "dont_know", "not_asked"),
        _one_of("mode", *MODES),
        sa.CheckConstraint("status = 'answered' OR value IS NULL", name="value_only_when_answered"),
    )
    _fact(
        "check_in_finished",
        *_text("visit"),
        sa.Column("complete", sa.Boolean(), nullable=False),
        *_text("mode"),
        _instant("at"),
        _one_of("mode", *MODES),
    )
    _fact(
        "tlfb_day",
        *_text("visit"),
        sa.Column("on", sa.Date(), nullable=False),
        *_text("medicine"),
        sa.Column("count", sa.Float(), nullable=True),
        *_text("status", "mode"),
        *_answered(),
        _one_of("status", "as_usual", "different", "zero", "dont_remember", "skipped"),
        _one_of("mode", *MODES),
        sa.CheckConstraint("count >= 0", name="count_not_negative"),
        sa.CheckConstraint("status != 'zero' OR count = 0", name="zero_is_zero"),
        sa.CheckConstraint("status NOT IN ('dont_remember', 'skipped') OR count IS NULL", name="count_only_when_known"),
    )
    _fact("remind_me", *_text("visit"), _instant("due_at"))


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


def _days() -> list[sa.Column[Any]]:
    names = ("anchor_on", "opens_on", "target_on", "closes_on")
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _answered() -> list[sa.Column[Any]]:
    return [_instant("answered_at"), *_text("answered_local", "zone")]


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
