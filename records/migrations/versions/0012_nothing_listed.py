"""Days of a calendar on which no medicine was on the list: some may have been taken all the same."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

STATUSES = ("as_usual", "different", "zero", "not_listed", "dont_remember", "skipped", "rather_not_say")
WITHOUT_AMOUNT = STATUSES[3:]


def upgrade() -> None:
    """Let a day of the calendar say that some was taken of what is not on the list."""
    with op.batch_alter_table("tlfb_day") as batch:
        batch.drop_constraint("status_known", type_="check")
        batch.create_check_constraint("status_known", f"status IN ({_listed(STATUSES)})")
        batch.drop_constraint("count_only_when_known", type_="check")
        batch.create_check_constraint(
            "count_only_when_known", f"status NOT IN ({_listed(WITHOUT_AMOUNT)}) OR count IS NULL"
        )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)
