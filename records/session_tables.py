"""Weekly sessions: parts gone through, sessions done, plans made; therapy groups, their meetings, who came."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

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


class GroupAssignedRow(FactRow, table=True):
    """Who belongs to which therapy group."""

    __tablename__ = "group_assigned"
    __table_args__: ClassVar[Any] = rules()
    group: int | None = Field(default=None, index=True)
    at: datetime


class AttendanceRow(FactRow, table=True):
    """Who came to which meeting."""

    __tablename__ = "attendance"
    __table_args__: ClassVar[Any] = rules(one_of("status", "present", "absent", "excused"))
    meeting: int = Field(index=True)
    group: int
    session: str
    status: str
    starts_at: datetime
    starts_local: str
    zone: str


class TherapyGroup(SQLModel, table=True):
    """A therapist-led group of one arm; who leads it and where it meets are sealed."""

    __tablename__ = "therapy_group"
    __table_args__: ClassVar[Any] = (one_of("arm", "mbt", "cbt"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    site: str
    arm: str
    sealed_therapist: bytes = sealed()
    sealed_place: bytes = sealed()
    created_at: datetime


class GroupMeeting(SQLModel, table=True):
    """A meeting of a group about a session: a row for each time set for it, `starts_at` None when it was called off."""

    __tablename__ = "group_meeting"
    __table_args__: ClassVar[Any] = (UniqueConstraint("meeting", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting: int
    number: int
    group_id: int = Field(foreign_key="therapy_group.id", index=True)
    session: str
    starts_at: datetime | None = None
    starts_local: str
    zone: str
    set_at: datetime
    set_by: str


SESSION_TABLES: dict[type[Fact], type[FactRow]] = {
    facts.SessionPartDone: SessionPartRow,
    facts.SessionDone: SessionDoneRow,
    facts.PlanMade: PlanRow,
    facts.GroupAssigned: GroupAssignedRow,
    facts.Attendance: AttendanceRow,
}
