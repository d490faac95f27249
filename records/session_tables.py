"""The facts of weekly sessions: parts gone through, sessions done, plans made."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from records.fact_row import FactRow, rules
from records.tables import one_of, sealed
from study import facts
from study.steps import Fact


class SessionPartRow(FactRow, table=True):
    """Parts of sessions."""

    __tablename__ = "session_part"
    __table_args__: ClassVar[Any] = rules(one_of("status", "done", "stopped", "left_out"))
    session: str
    part: str
    status: str
    version: int
    done_at: datetime
    done_local: str
    zone: str


class SessionDoneRow(FactRow, table=True):
    """Sessions done."""

    __tablename__ = "session_done"
    __table_args__: ClassVar[Any] = rules()
    session: str
    version: int
    done_at: datetime
    done_local: str
    zone: str


class PlanRow(FactRow, table=True):
    """Plans made in sessions."""

    __tablename__ = "plan_made"
    __table_args__: ClassVar[Any] = rules()
    session: str
    what: bytes = sealed()
    moment: bytes = sealed()
    often: bytes = sealed()
    made_at: datetime


SESSION_TABLES: dict[type[Fact], type[FactRow]] = {
    facts.SessionPartDone: SessionPartRow,
    facts.SessionDone: SessionDoneRow,
    facts.PlanMade: PlanRow,
}
