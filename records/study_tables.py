"""Tables of what happens before somebody is in an arm: screening, and the sealed lists of allocation."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables import one_of, sealed


class AllocationList(SQLModel, table=True):
    """A list of allocation: the whole file, sealed, and its SHA-256; permuted blocks keep what they follow from."""

    __tablename__ = "allocation_list"
    __table_args__: ClassVar[tuple[object, ...]] = (one_of("made", "uploaded", "permuted"),)

    id: int | None = Field(default=None, primary_key=True)
    made: str
    sha256: str = Field(unique=True)
    sealed_text: bytes = sealed()
    sealed_recipe: bytes | None = sealed(nullable=True)
    loaded_at: datetime
    loaded_by: str


class AllocationDraw(SQLModel, table=True):
    """A place of a list that was drawn: a place once, and a person once. The arm does not stand here."""

    __tablename__ = "allocation_draw"
    __table_args__: ClassVar[tuple[object, ...]] = (
        UniqueConstraint("list_id", "stratum", "sequence"),
        UniqueConstraint("participant_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="allocation_list.id")
    stratum: str
    sequence: int
    participant_id: int = Field(foreign_key="participant.id")
    drawn_at: datetime
    drawn_by: str


class Screening(SQLModel, table=True):
    """Somebody who is looked at, under a screening number; who they are stands nowhere here."""

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    site: str
    test: bool = False
    criteria: str
    criteria_version: str
    added_at: datetime
    added_by: str
    participant_id: int | None = Field(default=None, foreign_key="participant.id", unique=True)
    joined_at: datetime | None = None


class ScreeningEntry(SQLModel, table=True):
    """What was decided in a screening, a row a revision: a criterion, a refusal, a sign-off."""

    __tablename__ = "screening_entry"
    __table_args__: ClassVar[tuple[object, ...]] = (
        UniqueConstraint("entity", "revision"),
        one_of("kind", "criterion", "refusal", "sign_off"),
    )

    id: int | None = Field(default=None, primary_key=True)
    screening_id: int = Field(foreign_key="screening.id", index=True)
    entity: str
    revision: int
    kind: str
    code: str
    answer: str
    met: bool | None = None
    recorded_at: datetime
    recorded_by: str
    why: str | None = None
    salt: str
