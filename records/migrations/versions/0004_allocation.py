"""Screening, the sealed lists of allocation and their draws, moves to another version of the protocol."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables; who has an arm by now was allocated on the day of enrolment, which their course counts from."""
    with op.batch_alter_table("participant") as participant:
        participant.add_column(sa.Column("allocated_on", sa.Date(), nullable=True))
    op.execute("UPDATE participant SET allocated_on = enrolled_on WHERE arm IS NOT NULL")
    _lists()
    _screening()
    _fact("allocated", *_whole("list_id"), *_text("stratum"), *_whole("sequence"), *_text("site"), _day("on"))
    _fact("protocol_moved", *_text("from_version", "to_version"), _instant("at"))


def _lists() -> None:
    op.create_table(
        "allocation_list",
        *_whole("id"),
        *_text("made", "sha256"),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_recipe", sa.LargeBinary(), nullable=True),
        _instant("loaded_at"),
        *_text("loaded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation_list"),
        sa.UniqueConstraint("sha256", name="uq_allocation_list_sha256"),
        _one_of("made", "uploaded", "permuted"),
    )
    op.create_table(
        "allocation_draw",
        *_whole("id", "list_id"),
        *_text("stratum"),
        *_whole("sequence", "participant_id"),
        _instant("drawn_at"),
        *_text("drawn_by"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation_draw"),
        sa.ForeignKeyConstraint(["list_id"], ["allocation_list.id"], name="fk_allocation_draw_list_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_allocation_draw_participant_id"),
        sa.UniqueConstraint("list_id", "stratum", "sequence", name="uq_allocation_draw_list_id_stratum_sequence"),
        sa.UniqueConstraint("participant_id", name="uq_allocation_draw_participant_id"),
    )


def _screening() -> None:
    op.create_table(
        "screening",
        *_whole("id"),
        *_text("number", "site"),
        sa.Column("test", sa.Boolean(), nullable=False),
        *_text("criteria", "criteria_version"),
        _instant("added_at"),
        *_text("added_by"),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_screening"),
        sa.UniqueConstraint("number", name="uq_screening_number"),
        sa.UniqueConstraint("participant_id", name="uq_screening_participant_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_screening_participant_id"),
    )
    op.create_table(
        "screening_entry",
        *_whole("id", "screening_id"),
        *_text("entity"),
        *_whole("revision"),
        *_text("kind", "code", "answer"),
        sa.Column("met", sa.Boolean(), nullable=True),
        _instant("recorded_at"),
        *_text("recorded_by"),
        sa.Column("why", sa.String(), nullable=True),
        *_text("salt"),
        sa.PrimaryKeyConstraint("id", name="pk_screening_entry"),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name="fk_screening_entry_screening_id"),
        sa.UniqueConstraint("entity", "revision", name="uq_screening_entry_entity_revision"),
        _one_of("kind", "criterion", "refusal", "sign_off"),
    )
    op.create_index("ix_screening_entry_screening_id", "screening_entry", ["screening_id"])


def _fact(name: str, *parts: Any) -> None:
    """A table of facts: a row a revision, with who, when and why."""
    op.create_table(
        name,
        *_whole("id"),
        *_text("entity"),
        *_whole("revision", "participant_id"),
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


def _whole(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
