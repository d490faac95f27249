"""Facts of the course of a year: evenings, sessions and groups, and how a person wants to hear from us.

As all facts: frozen, one table each; read them as `study.facts`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from study.fact_types import DiaryAnswer, FreeText, UseStatus
from study.steps import Fact


class DiaryDay(Fact):
    """What was said in the evening about the medicines of a study day; only with it the log of the day can be whole."""

    on: date
    answer: DiaryAnswer
    answered_at: datetime
    answered_local: str
    zone: str


class DiaryDose(Fact):
    """One medicine on one study day, as said in the diary: units of the form in all, zero when none was taken.

    `logged` is what the log held at that moment (None: an entry without a clear amount); the two are never added up.
    Of a patch both are the patches on the skin.
    """

    on: date
    medicine: str
    count: float | None
    status: UseStatus
    logged: float | None
    answered_at: datetime
    answered_local: str
    zone: str


class PracticeWeek(Fact):
    """Whether the practice known of a week fits, and the minutes said when it does not; `on` is the week's last day.

    Practice of sessions is in none of it: its minutes differ between the arms, and what was said of the sum would tell
    one. `led_minutes` and `reported_minutes` are what was known; minutes that were said stand beside them, not in them.
    """

    on: date
    led_minutes: int
    reported_minutes: int
    answer: Literal["fits", "more", "less", "skipped"]
    minutes: int | None
    answered_at: datetime
    answered_local: str
    zone: str


class DosePrompts(Fact):
    """Whether the prompt before the usual times of one medicine is wanted; the last one said counts."""

    medicine: str
    wanted: bool
    at: datetime


class PreferencesSet(Fact):
    """What a person chose: hours as `HH:MM`, `""` for the study's own; None leaves a preference as it is."""

    contact_at: str | None = None
    diary_at: str | None = None
    fewer_messages: bool | None = None
    at: datetime


class TravelPlanned(Fact):
    """From `from_on` on the person lives by another zone; home again on `back_on`, a local date, or nobody knows."""

    zone: str
    from_on: date
    back_on: date | None = None


class PutOff(Fact):
    """A prompt put off by the person: the talk that begins again then, with its arguments as JSON."""

    talk: str
    args: str
    due_at: datetime


class SessionPartDone(Fact):
    """A part of a weekly session that was gone through; `left_out` and `stopped` are about its exercise.

    Codes of sessions and parts are the same in both arms; `version` is that of the texts.
    """

    session: str
    part: str
    status: Literal["done", "stopped", "left_out"] = "done"
    version: int
    done_at: datetime
    done_local: str
    zone: str


class SessionDone(Fact):
    """A weekly session of which every part was gone through in the chat."""

    session: str
    version: int
    done_at: datetime
    done_local: str
    zone: str


class GroupAssigned(Fact):
    """The therapy group a person belongs to, by its number in this database; None takes them out of it."""

    group: int | None
    at: datetime


class Attendance(Fact):
    """Whether a person came to a meeting of their group, as staff entered it."""

    meeting: int
    group: int
    session: str
    status: Literal["present", "absent", "excused"]
    starts_at: datetime
    starts_local: str
    zone: str


class PlanMade(Fact):
    """What a person plans to try: what, when, how often. Each is the code of an offer, or their own words."""

    session: str
    what: FreeText
    moment: FreeText
    often: FreeText
    made_at: datetime
