"""The facts a study keeps: frozen values, one table each, never changed but by a further revision.

Instants (`…_at`) are aware UTC; `…_local` is the wall clock where the participant was, with the zone beside it.
A value that was not given is None; why stands in the fact's own status field. Missing is never zero.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from study.course_facts import (
    Attendance as Attendance,
)
from study.course_facts import (
    DiaryDay as DiaryDay,
)
from study.course_facts import (
    DiaryDose as DiaryDose,
)
from study.course_facts import (
    DosePrompts as DosePrompts,
)
from study.course_facts import (
    GroupAssigned as GroupAssigned,
)
from study.course_facts import (
    PlanMade as PlanMade,
)
from study.course_facts import (
    PracticeWeek as PracticeWeek,
)
from study.course_facts import (
    PreferencesSet as PreferencesSet,
)
from study.course_facts import (
    PutOff as PutOff,
)
from study.course_facts import (
    SessionDone as SessionDone,
)
from study.course_facts import (
    SessionPartDone as SessionPartDone,
)
from study.course_facts import (
    TravelPlanned as TravelPlanned,
)
from study.fact_types import (
    NO_MEDICINE as NO_MEDICINE,
)
from study.fact_types import (
    DayStatus as DayStatus,
)
from study.fact_types import (
    Decision as Decision,
)
from study.fact_types import (
    DiaryAnswer as DiaryAnswer,
)
from study.fact_types import (
    DoseStatus as DoseStatus,
)
from study.fact_types import (
    FreeText as FreeText,
)
from study.fact_types import (
    Later as Later,
)
from study.fact_types import (
    LaterDate as LaterDate,
)
from study.fact_types import (
    MaybeFreeText as MaybeFreeText,
)
from study.fact_types import (
    Mode as Mode,
)
from study.fact_types import (
    ResponseStatus as ResponseStatus,
)
from study.fact_types import (
    Source as Source,
)
from study.fact_types import (
    TimeQuality as TimeQuality,
)
from study.fact_types import (
    UseStatus as UseStatus,
)
from study.steps import Fact
from study.view import Schedule


class ConsentGiven(Fact):
    """What was agreed to: the text's version, language and SHA-256, and the answer."""

    version: str
    language: str
    sha256: str
    answer: Literal["agreed", "declined", "withdrawn"]
    at: datetime


class MedicineEpisode(Fact):
    """A medicine from one day on, as dated episode: a change ends one episode and begins the next.

    `confirmed` says whether staff have seen it; `change` is why the episode began.
    """

    nickname: FreeText
    product: str
    form: str
    strength: float
    unit: str
    schedule: Schedule
    usual_count: float | None = None
    max_per_day: float | None = None
    times: str = ""
    starts_on: date
    ends_on: date | None = None
    change: Literal["enrolled", "started", "strength", "times", "taper", "hospital", "corrected", "stopped"]
    reason: MaybeFreeText = None
    confirmed: bool = False
    source: Source = "chat"


class DoseTaken(Fact):
    """One dose of one medicine; `count` is in units of the form (tablets, mL, sprays) and None when not taken."""

    medicine: str
    product: str
    form: str
    strength: float
    unit: str
    count: float | None
    status: DoseStatus
    taken_at: datetime | None
    taken_local: str | None
    zone: str
    time_quality: TimeQuality
    pause: str | None = None
    source: Source = "chat"


class PatchWear(Fact):
    """One patch from put on to taken off; `removal` says how the end is known (assumed after 72 h is flagged)."""

    medicine: str
    product: str
    strength: float
    unit: str
    put_on_at: datetime
    put_on_local: str
    removed_at: datetime | None = None
    removed_local: str | None = None
    removal: Literal["wearing", "taken_off", "fell_off", "assumed"] = "wearing"
    zone: str
    pause: str | None = None
    source: Source = "chat"


class PauseBegun(Fact):
    """A pause before a dose: pain and urge 0-10, and what it mostly is.

    `missing` says why a value is None: `urge:skipped nature:not_asked` (skipped, not_asked, or left: the person went
    on to the dose or stopped instead).
    """

    medicine: str | None
    pain: int | None
    urge: int | None
    nature: str | None
    missing: str = ""
    started_at: datetime
    started_local: str
    zone: str


class ExerciseLed(Fact):
    """An exercise that was led, in seconds; `ended` says how it came to its end."""

    pause: str | None
    exercise: str
    seconds: int
    completed: bool
    ended: Literal["completed", "stopped", "took_dose", "worse", "interrupted"]
    done_at: datetime
    done_local: str
    zone: str


class PauseEnded(Fact):
    """The end of a pause: ratings after, and the decision; `rather_not_say` is an answer, None is none.

    `missing` says why a rating is None, as in `PauseBegun`.
    """

    pause: str
    pain: int | None
    urge: int | None
    decision: Decision | None
    missing: str = ""
    ended_at: datetime


class PainRated(Fact):
    """Pain now, 0-10; with the urge where it was asked."""

    pain: int
    urge: int | None = None
    rated_at: datetime
    rated_local: str
    zone: str


class PracticeDone(Fact):
    """Practice a person reports of their own, in minutes."""

    exercise: str | None
    minutes: int
    done_at: datetime
    done_local: str
    zone: str
    source: Source = "chat"


class AdverseEvent(Fact):
    """Something unwanted that was reported; staff fill in what the chat does not ask."""

    description: FreeText
    related_to: str | None
    severity: Literal["mild", "moderate", "severe"] | None = None
    serious: bool | None = None
    began_on: date | None = None
    aware_at: datetime


class Note(Fact):
    """Words a person wrote: unexpected text, or a message to the team. Kept, never interpreted."""

    text: FreeText
    to_team: bool
    about: str | None = None
    written_at: datetime


class RedFlagsAnswered(Fact):
    """The red-flag questions of enrolment: which were ticked (codes), and naloxone at hand."""

    ticked: str
    naloxone: Literal["yes", "no", "not_sure", "rather_not_say"] | None
    answered_at: datetime


class SettingsChanged(Fact):
    """What a person set for themselves; None leaves a setting as it is."""

    zone: str | None = None
    quiet_from: str | None = None
    quiet_to: str | None = None
    discreet: bool | None = None
    language: str | None = None


class Enrolled(Fact):
    """The end of enrolment in the chat, with the local date that counts."""

    on: date


class BreakTaken(Fact):
    """Days without prompts that the person asked for; 0 days ends a break."""

    days: int
    until: datetime


class Held(Fact):
    """Nothing unsolicited while the person is in hospital; no reason ends it."""

    reason: Literal["hospital"] | None
    at: datetime


class Stopped(Fact):
    """A person stops: prompts only, everything but safety, or with the wish to have data removed."""

    level: Literal["prompts", "study", "data"]
    reason: MaybeFreeText = None


class CheckBack(Fact):
    """One check-back that the person chose after `later`."""

    medicine: str
    pause: str
    due_at: datetime


class RemindMe(Fact):
    """A check-in or a session put off by the person, to a time of their own."""

    visit: str
    due_at: datetime


class AlertRaised(Fact):
    """Something staff must see: the rule decides its tier; `event_at` is when it happened."""

    rule: str
    event_at: datetime
    detail: FreeText = ""
    about: str | None = None


class SafeAgain(Fact):
    """The person said they are safe; an alert stays open until staff close it."""

    at: datetime


class VisitPlanned(Fact):
    """When a check-in can be answered: from `opens_on` through `closes_on`, local dates counted from `anchor_on`."""

    visit: str
    anchor: str
    anchor_on: date
    opens_on: date
    target_on: date
    closes_on: date
    protocol_version: str


class Response(Fact):
    """What was said to one item of an instrument at a visit; the status says why there is no value.

    `not_asked`: left out by a rule of the instrument. One item may have several (begun again, taken down by staff): the
    last one recorded counts. `taken_by` is the staff code of who took it down, None for what was answered in the chat.
    """

    visit: str
    instrument: str
    instrument_version: str
    item: str
    value: int | None
    status: ResponseStatus
    mode: Mode = "chat"
    language: str = "en"
    answered_at: datetime
    answered_local: str
    zone: str
    taken_by: Later = None


class ScoreGiven(Fact):
    """A score of an instrument that was made elsewhere and taken over as it is; `version` says by which scoring."""

    visit: str
    instrument: str
    score: str
    value: float
    version: str
    mode: Mode
    taken_by: str
    answered_at: datetime
    answered_local: str
    zone: str


class CheckInFinished(Fact):
    """The end of a check-in; `complete` when the whole list was gone through and its core was answered."""

    visit: str
    complete: bool
    mode: Mode = "chat"
    at: datetime


class TlfbDay(Fact):
    """One medicine on one day, as remembered at a visit: units of the form in all, zero when none was taken.

    `as_usual`: the usual amount (the count is what that is); `different`: the amount said for this day. `looks_to` is
    the last day of the calendar it stands in; `taken_by` the staff code of who took it down, None in the chat. A day on
    which nothing was on the list has `NO_MEDICINE` for its medicine: `zero`, or `not_listed` when some was taken all
    the same, which has no amount.
    """

    visit: str
    on: date
    medicine: str
    count: float | None
    status: DayStatus
    mode: Mode = "chat"
    answered_at: datetime
    answered_local: str
    zone: str
    taken_by: Later = None
    looks_to: LaterDate = None


class Allocated(Fact):
    """The place of a list that a person drew; which arm stands there is not said here.

    `site` is where the person is seen. It differs from `stratum` when the draw was from the list of another site.
    """

    list_id: int
    stratum: str
    sequence: int
    site: str
    on: date


class ProtocolMoved(Fact):
    """From `at` on, a person lives by another version of the protocol."""

    from_version: str
    to_version: str
    at: datetime
