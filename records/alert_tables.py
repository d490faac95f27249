"""The tables around alerts: who was told in turn, tries to call, what the watch has told, checklists gone through."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables import one_of

RESULTS = ("no_answer", "voicemail", "spoke", "wrong_number", "other")


class AlertPage(SQLModel, table=True):
    """One step of an alert on its way to somebody who takes it: to whom (None: to everybody) and when."""

    __tablename__ = "alert_page"
    __table_args__: ClassVar[Any] = (UniqueConstraint("alert_id", "step", name="paged_once"),)

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    step: int
    staff_code: str | None = None
    at: datetime


class AlertTry(SQLModel, table=True):
    """One try of staff to call the person an alert is about."""

    __tablename__ = "alert_try"
    __table_args__: ClassVar[Any] = (one_of("result", *RESULTS),)

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    at: datetime
    author: str
    result: str


class WatchTold(SQLModel, table=True):
    """A study day of which the watch has told staff by a rule."""

    __tablename__ = "watch_told"
    __table_args__: ClassVar[Any] = (UniqueConstraint("participant_id", "rule", "on", name="told_once"),)

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    rule: str
    on: date
    told_at: datetime


class ChecklistDone(SQLModel, table=True):
    """An item of a participant's checklist that staff went through with them."""

    __tablename__ = "checklist_done"
    __table_args__: ClassVar[Any] = (UniqueConstraint("participant_id", "item", name="done_once"),)

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    item: str
    done_at: datetime
    done_by: str
