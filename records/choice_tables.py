"""Tables of what a person chose: prompts before doses, hours and number of messages, what was put off, travels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from records.fact_row import FactRow, rules


class DosePromptsRow(FactRow, table=True):
    """Prompts before doses, wanted or not."""

    __tablename__ = "dose_prompts"
    __table_args__: ClassVar[Any] = rules()
    medicine: str
    wanted: bool
    at: datetime


class PreferencesRow(FactRow, table=True):
    """Hours and number of messages, as chosen."""

    __tablename__ = "preference"
    __table_args__: ClassVar[Any] = rules()
    contact_at: str | None = None
    diary_at: str | None = None
    fewer_messages: bool | None = None
    at: datetime


class TravelRow(FactRow, table=True):
    """Travels to another zone."""

    __tablename__ = "travel"
    __table_args__: ClassVar[Any] = rules()
    zone: str
    from_on: date
    back_on: date | None = None


class PutOffRow(FactRow, table=True):
    """Prompts put off."""

    __tablename__ = "put_off"
    __table_args__: ClassVar[Any] = rules()
    talk: str
    args: str
    due_at: datetime
