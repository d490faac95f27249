"""Tables of the diary: its evenings, the medicines on each, the practice of a week as looked back on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint

from records.fact_row import FactRow, rules
from records.tables import one_of


class DiaryDayRow(FactRow, table=True):
    """Evenings of the diary."""

    __tablename__ = "diary_day"
    __table_args__: ClassVar[Any] = rules(
        one_of("answer", "all_logged", "as_usual", "different", "none", "rather_not_say")
    )
    on: date
    answer: str
    answered_at: datetime
    answered_local: str
    zone: str


class DiaryDoseRow(FactRow, table=True):
    """Medicines on a day of the diary."""

    __tablename__ = "diary_dose"
    __table_args__: ClassVar[Any] = rules(
        one_of("status", "as_logged", "as_usual", "different", "zero", "dont_remember", "rather_not_say"),
        CheckConstraint("count >= 0", name="count_not_negative"),
        CheckConstraint("logged >= 0", name="logged_not_negative"),
        CheckConstraint("status != 'zero' OR count = 0", name="zero_is_zero"),
        CheckConstraint(
            "status NOT IN ('dont_remember', 'rather_not_say') OR count IS NULL", name="count_only_when_known"
        ),
    )
    on: date
    medicine: str
    count: float | None = None
    status: str
    logged: float | None = None
    answered_at: datetime
    answered_local: str
    zone: str


class PracticeWeekRow(FactRow, table=True):
    """Practice of a week, as looked back on."""

    __tablename__ = "practice_week"
    __table_args__: ClassVar[Any] = rules(
        one_of("answer", "more", "less", "fits", "skipped"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        CheckConstraint("answer NOT IN ('fits', 'skipped') OR minutes IS NULL", name="minutes_only_when_said"),
    )
    on: date
    led_minutes: int
    reported_minutes: int
    answer: str
    minutes: int | None = None
    answered_at: datetime
    answered_local: str
    zone: str
