"""The calendar that staff take down: who did, the last day it looks back on, and rather not said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

STATUSES = ("as_usual", "different", "zero", "dont_remember", "skipped", "rather_not_say")
WITHOUT_AMOUNT = STATUSES[3:]


def upgrade() -> None:
    """Add the columns, and let a day of the calendar be one that a person would rather not say."""
    with op.batch_alter_table("tlfb_day") as batch:
        batch.add_column(sa.Column("taken_by", sa.String(), nullable=True))
        batch.add_column(sa.Column("looks_to", sa.Date(), nullable=True))
        batch.drop_constraint("status_known", type_="check")
        batch.create_check_constraint("status_known", f"status IN ({_listed(STATUSES)})")
        batch.drop_constraint("count_only_when_known", type_="check")
        batch.create_check_constraint(
            "count_only_when_known", f"status NOT IN ({_listed(WITHOUT_AMOUNT)}) OR count IS NULL"
        )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)
