"""Answers that staff bring in: how and by whom they were taken down, scores as given, texts that a site supplies."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MODES = ("chat", "phone", "interview", "paper", "other")


def upgrade() -> None:
    """Let the modes be those of `coach import`, and make the tables of given scores and supplied texts."""
    for name in ("response", "check_in_finished", "tlfb_day"):
        with op.batch_alter_table(name) as batch:
            batch.drop_constraint("mode_known", type_="check")
            batch.create_check_constraint("mode_known", _known(MODES))
    with op.batch_alter_table("response") as batch:
        batch.add_column(sa.Column("taken_by", sa.String(), nullable=True))
    _scores()
    _texts()


def _scores() -> None:
    op.create_table(
        "score_given",
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
        *_text("salt", "visit", "instrument", "score"),
        sa.Column("value", sa.Float(), nullable=False),
        *_text("version", "mode", "taken_by"),
        _instant("answered_at"),
        *_text("answered_local", "zone"),
        sa.PrimaryKeyConstraint("id", name="pk_score_given"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_score_given_participant_id"),
        sa.UniqueConstraint("entity", "revision", name="uq_score_given_entity_revision"),
        sa.CheckConstraint("state IN ('recorded', 'voided')", name="state_known"),
        sa.CheckConstraint(_known(MODES), name="mode_known"),
    )
    op.create_index("ix_score_given_participant_id", "score_given", ["participant_id"])


def _texts() -> None:
    op.create_table(
        "supplied_text",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("instrument", "body", "sha256"),
        _instant("imported_at"),
        *_text("imported_by"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_supplied_text"),
    )
    op.create_index("ix_supplied_text_instrument", "supplied_text", ["instrument"])


def _known(words: tuple[str, ...]) -> str:
    return f"mode IN ({', '.join(repr(word) for word in words)})"


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
