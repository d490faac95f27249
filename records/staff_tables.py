"""Tables of what staff vouch for or keep: wordings a site has confirmed, and a second way to reach somebody."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.tables import sealed


class ConfirmedWording(SQLModel, table=True):
    """Somebody of the site compared a shipped wording with its published form: which words, by their SHA-256."""

    __tablename__ = "confirmed_wording"

    id: int | None = Field(default=None, primary_key=True)
    instrument: str = Field(index=True)
    sha256: str
    confirmed_at: datetime
    confirmed_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class SecondContact(SQLModel, table=True):
    """Another way to reach a participant, for staff alone: sealed, one for each person, never exported."""

    __tablename__ = "second_contact"

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", unique=True)
    sealed_text: bytes = sealed()
    kept_at: datetime
    kept_by: str
