"""What every table of facts has: a row a revision, with who, when and why beside the values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables import one_of

MODES = ("chat", "phone", "interview", "paper", "other")


def within(column: str, low: int, high: int) -> CheckConstraint:
    """A CHECK that a number lies in a closed range (or is missing)."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_in_range")


class FactRow(SQLModel):
    """What every fact row carries; the highest revision of an entity is the one in force."""

    id: int | None = Field(default=None, primary_key=True)
    entity: str
    revision: int
    participant_id: int = Field(foreign_key="participant.id", index=True)
    state: str = "recorded"
    conversation_id: int | None = None
    step: str
    update_id: int | None = None
    recorded_at: datetime
    recorded_by: str
    why: str | None = None
    salt: str


def rules(*more: Any) -> Any:
    """The table rules of a fact: one row a revision, a known state, and the given ones."""
    return (UniqueConstraint("entity", "revision"), one_of("state", "recorded", "voided"), *more)
