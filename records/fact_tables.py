"""One table for each kind of fact: append-only, a row a revision, with who, when and why beside the values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field

from records.choice_tables import DosePromptsRow, PreferencesRow, PutOffRow, TravelRow
from records.diary_tables import DiaryDayRow, DiaryDoseRow, PracticeWeekRow
from records.fact_row import MODES, FactRow, within
from records.fact_row import rules as _rules
from records.session_tables import SESSION_TABLES
from records.tables import one_of, sealed
from study import facts
from study.steps import Fact


class ConsentRow(FactRow, table=True):
    """Consents."""

    __tablename__ = "consent"
    __table_args__: ClassVar[Any] = _rules(one_of("answer", "agreed", "declined", "withdrawn"))
    version: str
    language: str
    sha256: str
    answer: str
    at: datetime


class MedicineRow(FactRow, table=True):
    """Medicine episodes."""

    __tablename__ = "medicine"
    __table_args__: ClassVar[Any] = _rules(one_of("schedule", "scheduled", "as_needed"))
    nickname: bytes = sealed()
    product: str
    form: str
    strength: float
    unit: str
    schedule: str
    usual_count: float | None = None
    max_per_day: float | None = None
    times: str
    starts_on: date
    ends_on: date | None = None
    change: str
    reason: bytes | None = sealed(nullable=True)
    confirmed: bool
    source: str


class DoseRow(FactRow, table=True):
    """Doses."""

    __tablename__ = "dose"
    __table_args__: ClassVar[Any] = _rules(
        one_of("status", "taken", "missed", "not_sure"),
        CheckConstraint("count > 0", name="count_positive"),
        CheckConstraint("status = 'taken' OR count IS NULL", name="count_only_when_taken"),
    )
    medicine: str = Field(index=True)
    product: str
    form: str
    strength: float
    unit: str
    count: float | None = None
    status: str
    taken_at: datetime | None = None
    taken_local: str | None = None
    zone: str
    time_quality: str
    pause: str | None = Field(default=None, index=True)
    source: str


class PatchWearRow(FactRow, table=True):
    """Patches worn."""

    __tablename__ = "patch_wear"
    __table_args__: ClassVar[Any] = _rules(one_of("removal", "wearing", "taken_off", "fell_off", "assumed"))
    medicine: str
    product: str
    strength: float
    unit: str
    put_on_at: datetime
    put_on_local: str
    removed_at: datetime | None = None
    removed_local: str | None = None
    removal: str
    zone: str
    pause: str | None = None
    source: str


class PauseBegunRow(FactRow, table=True):
    """Pauses, as they begin."""

    __tablename__ = "pause_begun"
    __table_args__: ClassVar[Any] = _rules(within("pain", 0, 10), within("urge", 0, 10))
    medicine: str | None = None
    pain: int | None = None
    urge: int | None = None
    nature: str | None = None
    missing: str
    started_at: datetime
    started_local: str
    zone: str


class ExerciseLedRow(FactRow, table=True):
    """Exercises led."""

    __tablename__ = "exercise_led"
    __table_args__: ClassVar[Any] = _rules(CheckConstraint("seconds >= 0", name="seconds_positive"))
    pause: str | None = Field(default=None, index=True)
    exercise: str
    seconds: int
    completed: bool
    ended: str
    done_at: datetime
    done_local: str
    zone: str


class PauseEndedRow(FactRow, table=True):
    """How pauses ended."""

    __tablename__ = "pause_ended"
    __table_args__: ClassVar[Any] = _rules(
        within("pain", 0, 10),
        within("urge", 0, 10),
        one_of("decision", "took", "later", "not_needed", "rather_not_say"),
    )
    pause: str = Field(index=True)
    pain: int | None = None
    urge: int | None = None
    decision: str | None = None
    missing: str
    ended_at: datetime


class PainRow(FactRow, table=True):
    """Pain ratings outside pauses."""

    __tablename__ = "pain_rating"
    __table_args__: ClassVar[Any] = _rules(within("pain", 0, 10), within("urge", 0, 10))
    pain: int
    urge: int | None = None
    rated_at: datetime
    rated_local: str
    zone: str


class PracticeRow(FactRow, table=True):
    """Practice reported."""

    __tablename__ = "practice"
    __table_args__: ClassVar[Any] = _rules(within("minutes", 1, 1440))
    exercise: str | None = None
    minutes: int
    done_at: datetime
    done_local: str
    zone: str
    source: str


class AdverseEventRow(FactRow, table=True):
    """Adverse events."""

    __tablename__ = "adverse_event"
    __table_args__: ClassVar[Any] = _rules()
    description: bytes = sealed()
    related_to: str | None = None
    severity: str | None = None
    serious: bool | None = None
    began_on: date | None = None
    aware_at: datetime


class NoteRow(FactRow, table=True):
    """Notes: unexpected words, and messages to the team."""

    __tablename__ = "note"
    __table_args__: ClassVar[Any] = _rules()
    text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    to_team: bool
    about: str | None = None
    written_at: datetime


class RedFlagsRow(FactRow, table=True):
    """Red-flag questions answered."""

    __tablename__ = "red_flags"
    __table_args__: ClassVar[Any] = _rules()
    ticked: str
    naloxone: str | None = None
    answered_at: datetime


class SettingsRow(FactRow, table=True):
    """Settings changed by the person."""

    __tablename__ = "settings_change"
    __table_args__: ClassVar[Any] = _rules()
    zone: str | None = None
    quiet_from: str | None = None
    quiet_to: str | None = None
    discreet: bool | None = None
    language: str | None = None


class EnrolledRow(FactRow, table=True):
    """Ends of enrolment."""

    __tablename__ = "enrolment"
    __table_args__: ClassVar[Any] = _rules()
    on: date


class BreakRow(FactRow, table=True):
    """Breaks from prompts."""

    __tablename__ = "break_taken"
    __table_args__: ClassVar[Any] = _rules(within("days", 0, 14))
    days: int
    until: datetime


class HeldRow(FactRow, table=True):
    """Holds, such as for a hospital stay, as the person said."""

    __tablename__ = "held"
    __table_args__: ClassVar[Any] = _rules(one_of("reason", "hospital"))
    reason: str | None = None
    at: datetime


class StoppedRow(FactRow, table=True):
    """Withdrawals, by level."""

    __tablename__ = "withdrawal"
    __table_args__: ClassVar[Any] = _rules(one_of("level", "prompts", "study", "data"))
    level: str
    reason: bytes | None = sealed(nullable=True)


class CheckBackRow(FactRow, table=True):
    """Check-backs chosen after `later`."""

    __tablename__ = "check_back"
    __table_args__: ClassVar[Any] = _rules()
    medicine: str
    pause: str
    due_at: datetime


class RemindMeRow(FactRow, table=True):
    """Check-ins put off."""

    __tablename__ = "remind_me"
    __table_args__: ClassVar[Any] = _rules()
    visit: str
    due_at: datetime


class AlertRaisedRow(FactRow, table=True):
    """Alerts raised by a conversation."""

    __tablename__ = "alert_raised"
    __table_args__: ClassVar[Any] = _rules()
    rule: str
    event_at: datetime
    detail: bytes = sealed()
    about: str | None = None


class SafeRow(FactRow, table=True):
    """Times a person said they are safe."""

    __tablename__ = "safe_again"
    __table_args__: ClassVar[Any] = _rules()
    at: datetime


class VisitPlannedRow(FactRow, table=True):
    """Windows of check-ins."""

    __tablename__ = "visit_planned"
    __table_args__: ClassVar[Any] = _rules()
    visit: str
    anchor: str
    anchor_on: date
    opens_on: date
    target_on: date
    closes_on: date
    protocol_version: str


class ResponseRow(FactRow, table=True):
    """Answers to items of instruments."""

    __tablename__ = "response"
    __table_args__: ClassVar[Any] = _rules(
        one_of("status", "answered", "skipped", "rather_not_say", "dont_know", "not_asked"),
        one_of("mode", *MODES),
        CheckConstraint("status = 'answered' OR value IS NULL", name="value_only_when_answered"),
    )
    visit: str
    instrument: str
    instrument_version: str
    item: str
    value: int | None = None
    status: str
    mode: str
    language: str
    answered_at: datetime
    answered_local: str
    zone: str
    taken_by: str | None = None


class ScoreGivenRow(FactRow, table=True):
    """Scores that were made elsewhere."""

    __tablename__ = "score_given"
    __table_args__: ClassVar[Any] = _rules(one_of("mode", *MODES))
    visit: str
    instrument: str
    score: str
    value: float
    version: str
    mode: str
    taken_by: str
    answered_at: datetime
    answered_local: str
    zone: str


class CheckInFinishedRow(FactRow, table=True):
    """Ends of check-ins."""

    __tablename__ = "check_in_finished"
    __table_args__: ClassVar[Any] = _rules(one_of("mode", *MODES))
    visit: str
    complete: bool
    mode: str
    at: datetime


class TlfbDayRow(FactRow, table=True):
    """Days of the calendar that looks back."""

    __tablename__ = "tlfb_day"
    __table_args__: ClassVar[Any] = _rules(
        one_of("status", "as_usual", "different", "zero", "not_listed", "dont_remember", "skipped", "rather_not_say"),
        one_of("mode", *MODES),
        CheckConstraint("count >= 0", name="count_not_negative"),
        CheckConstraint("status != 'zero' OR count = 0", name="zero_is_zero"),
        CheckConstraint(
            "status NOT IN ('not_listed', 'dont_remember', 'skipped', 'rather_not_say') OR count IS NULL",
            name="count_only_when_known",
        ),
    )
    visit: str
    on: date
    medicine: str
    count: float | None = None
    status: str
    mode: str
    answered_at: datetime
    answered_local: str
    zone: str
    taken_by: str | None = None
    looks_to: date | None = None


class AllocatedRow(FactRow, table=True):
    """Places drawn from a list of allocation."""

    __tablename__ = "allocated"
    __table_args__: ClassVar[Any] = _rules()
    list_id: int
    stratum: str
    sequence: int
    site: str
    on: date


class ProtocolMovedRow(FactRow, table=True):
    """Moves to another version of the protocol."""

    __tablename__ = "protocol_moved"
    __table_args__: ClassVar[Any] = _rules()
    from_version: str
    to_version: str
    at: datetime


TABLE_OF: dict[type[Fact], type[FactRow]] = {
    facts.ConsentGiven: ConsentRow,
    facts.MedicineEpisode: MedicineRow,
    facts.DoseTaken: DoseRow,
    facts.PatchWear: PatchWearRow,
    facts.PauseBegun: PauseBegunRow,
    facts.ExerciseLed: ExerciseLedRow,
    facts.PauseEnded: PauseEndedRow,
    facts.PainRated: PainRow,
    facts.PracticeDone: PracticeRow,
    facts.DiaryDay: DiaryDayRow,
    facts.DiaryDose: DiaryDoseRow,
    facts.PracticeWeek: PracticeWeekRow,
    facts.AdverseEvent: AdverseEventRow,
    facts.Note: NoteRow,
    facts.RedFlagsAnswered: RedFlagsRow,
    facts.SettingsChanged: SettingsRow,
    facts.Enrolled: EnrolledRow,
    facts.BreakTaken: BreakRow,
    facts.Held: HeldRow,
    facts.Stopped: StoppedRow,
    facts.CheckBack: CheckBackRow,
    facts.RemindMe: RemindMeRow,
    facts.AlertRaised: AlertRaisedRow,
    facts.SafeAgain: SafeRow,
    facts.DosePrompts: DosePromptsRow,
    facts.PreferencesSet: PreferencesRow,
    facts.TravelPlanned: TravelRow,
    facts.PutOff: PutOffRow,
    facts.VisitPlanned: VisitPlannedRow,
    facts.Response: ResponseRow,
    facts.ScoreGiven: ScoreGivenRow,
    facts.CheckInFinished: CheckInFinishedRow,
    facts.TlfbDay: TlfbDayRow,
    facts.Allocated: AllocatedRow,
    facts.ProtocolMoved: ProtocolMovedRow,
    **SESSION_TABLES,
}
