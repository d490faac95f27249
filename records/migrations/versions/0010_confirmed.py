"""Wordings a site has confirmed, and a second way to reach somebody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make two tables."""
    op.create_table(
        "confirmed_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_confirmed_wording"),
    )
    op.create_index("ix_confirmed_wording_instrument", "confirmed_wording", ["instrument"])
    op.create_table(
        "second_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_second_contact"),
        sa.UniqueConstraint("participant_id", name="uq_second_contact_participant_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_second_contact_participant_id"),
    )
