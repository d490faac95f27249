"""What a person chose, where they travel, what each plan was made from, and letters with a last moment."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make four tables of facts and the one of plans; add the last moment, the zone at home, the end of the year."""
    _fact("dose_prompts", _text("medicine"), sa.Column("wanted", sa.Boolean(), nullable=False), _instant("at"))
    _fact(
        "preference",
        _text("contact_at", nullable=True),
        _text("diary_at", nullable=True),
        sa.Column("fewer_messages", sa.Boolean(), nullable=True),
        _instant("at"),
    )
    _fact(
        "travel",
        _text("zone"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=True),
    )
    _fact("put_off", _text("talk"), _text("args"), _instant("due_at"))
    op.create_table(
        "plan_basis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        _instant("since"),
        sa.Column("person", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan_basis"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_plan_basis_participant_id"),
    )
    op.create_index("ix_plan_basis_participant_id", "plan_basis", ["participant_id"])
    op.add_column("outbox", sa.Column("not_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participant", _text("home_zone", nullable=True))
    op.add_column("participant", sa.Column("completed_on", sa.Date(), nullable=True))


def _fact(name: str, *parts: Any) -> None:
    """A table of facts: a row a revision, with who, when and why."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        _text("entity"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        _text("state"),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        _text("step"),
        sa.Column("update_id", sa.Integer(), nullable=True),
        _instant("recorded_at"),
        _text("recorded_by"),
        _text("why", nullable=True),
        _text("salt"),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=f"fk_{name}_participant_id"),
        sa.UniqueConstraint("entity", "revision", name=f"uq_{name}_entity_revision"),
        sa.CheckConstraint("state IN ('recorded', 'voided')", name="state_known"),
    )
    op.create_index(f"ix_{name}_participant_id", name, ["participant_id"])


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
