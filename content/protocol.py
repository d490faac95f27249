"""The protocol of a study as data: schema and loader of `content/protocols/`.

What happens when, to whom, and what happens when it is late. The rules that read it are in `study.windows`,
`study.plan` and `study.prompting`; `study.protocol_check` holds it against the rest of the content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from content import loading

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = "protocols"

Arm = Literal["mbt", "cbt"]
Anchor = Literal["consent", "enrolment", "allocation", "first_session"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Does = Literal["message", "staff", "close"]
Form = Literal["full", "core"]
Then = Literal["skip", "fold", "hand_over", "expire"]
Until = Literal["minutes", "window", "dose", "ever"]
InQuietHours = Literal["after", "before", "drop"]
Family = Literal[
    "visit",
    "visit_call",
    "visit_close",
    "closing",
    "session",
    "diary",
    "weekly",
    "pre_dose",
    "practice_nudge",
    "week_picture",
]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday()`."""

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _clock(value: object) -> object:
    if isinstance(value, str) and not _CLOCK.fullmatch(value):
        raise ValueError("a time of day is written HH:MM")
    return value


Clock = Annotated[time, BeforeValidator(_clock)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
Days = Annotated[int, Field(ge=0, le=366)]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 31)]
Week = Annotated[int, Field(ge=1, le=53)]
FormOrItem = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sourced(_Table):
    """A table of numbers: where they are from, and whether they are only proposed."""

    source: str = Field(min_length=1)
    proposal: bool = False


def _refuse_twice(what: str, codes: Iterable[object]) -> None:
    seen: set[object] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"{what} {code} comes twice")
        seen.add(code)


class ChatForm(_Sourced):
    """A form that is no questionnaire: a talk of its own asks it, about the last `days`; `items` can be asked alone."""

    items: tuple[Code, ...] = ()
    days: Annotated[int, Field(ge=1)]


class Site(_Sourced):
    """Where people are seen: the country decides whom to call in danger, the languages what must be translated."""

    code: Code
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    zone: str
    languages: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _zone_is_known(self) -> Site:
        if self.zone not in available_timezones():
            raise ValueError(f"zone: {self.zone} is no time zone")
        return self


class Try(_Table):
    """One attempt of staff: days after the target, and the wall clock there."""

    day: Days
    at: Clock


class Step(_Table):
    """One try to get a check-in answered, `day` days after its target; `close` stands at the end of its day."""

    code: Code
    does: Does
    day: Days
    at: Clock | None = None
    form: Form | None = None
    tries: tuple[Try, ...] = ()

    @model_validator(mode="after")
    def _has_what_it_does_needs(self) -> Step:
        closes = self.does == "close"
        if closes != (self.at is None) or closes != (self.form is None):
            raise ValueError("every step but `close` has a time of day and a form")
        if (self.does == "staff") != bool(self.tries):
            raise ValueError("a staff step, and only that, has tries")
        return self


class Ladder(_Sourced):
    """The tries of one check-in, first to last."""

    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _closes_once(self) -> Ladder:
        _refuse_twice("the step", (step.code for step in self.steps))
        if sum(step.does == "close" for step in self.steps) != 1:
            raise ValueError("exactly one step closes")
        return self


class Visit(_Sourced):
    """One check-in: `months` calendar months after its anchor (the protocol's unless it names its own)."""

    code: Code
    anchor: Anchor | None = None
    months: Annotated[int, Field(ge=0, le=60)]
    opens_before_days: Days
    closes_after_days: Days
    ladder: Code
    core: tuple[FormOrItem, ...] = Field(min_length=1)
    instruments: tuple[FormOrItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _asks_nothing_twice(self) -> Visit:
        _refuse_twice("core:", self.core)
        _refuse_twice("instruments:", self.instruments)
        return self


class Session(_Table):
    """One weekly session of an arm, open from the first day of `unlock_week`; the code is the same in both arms."""

    code: Annotated[str, Field(pattern=r"^S[0-9]{1,2}$")]
    unlock_week: Week
    way: Literal["chat", "group", "both"]
    at: Clock
    exercises: tuple[Code, ...] = ()


class ArmPlan(_Sourced):
    """What one arm learns, in order."""

    sessions: tuple[Session, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> ArmPlan:
        _refuse_twice("the session", (session.code for session in self.sessions))
        return self


class Course(_Sourced):
    """From when weeks count, and how many there are."""

    anchor: Anchor
    starts_after_days: Days
    weeks: Week


class Nudges(_Sourced):
    """On which days of a stretch of weeks practice is suggested, and on which of them with a booster."""

    from_week: Week
    to_week: Week
    on: tuple[Weekday, ...] = Field(min_length=1)
    booster_on: tuple[Weekday, ...] = ()
    at: Clock

    @model_validator(mode="after")
    def _runs_forward(self) -> Nudges:
        if self.from_week > self.to_week:
            raise ValueError("from_week is not after to_week")
        if set(self.booster_on) - set(self.on):
            raise ValueError("a booster comes with a nudge")
        return self


class Practice(_Sourced):
    """Home practice asked for, and how often it is suggested."""

    minutes_a_day: Annotated[int, Field(ge=1)]
    days_a_week: Annotated[int, Field(ge=1, le=7)]
    nudges: tuple[Nudges, ...] = ()


class Diary(_Sourced):
    """The evening diary; a person may choose a time between `earliest` and `latest`."""

    at: Clock
    earliest: Clock
    latest: Clock
    from_day: Days

    @model_validator(mode="after")
    def _is_offered(self) -> Diary:
        if not self.earliest <= self.at <= self.latest:
            raise ValueError("at lies between earliest and latest")
        return self


class Weekly(_Sourced):
    """The questions of the week, asked at the time of that day's diary."""

    on: Weekday
    from_day: Days
    instruments: tuple[FormOrItem, ...] = ()
    practice_minutes: bool


class WeekPicture(_Sourced):
    """When the picture of the week is shown."""

    on: Weekday
    at: Clock
    from_day: Days


class PreDose(_Sourced):
    """The prompt before a dose; it may come `spacing_minutes` after another prompt."""

    minutes_before: Annotated[int, Field(ge=1, le=60)]
    from_week: Literal[1, 3]
    spacing_minutes: Minutes


class Closing(_Sourced):
    """The talk at the end, some days after the last check-in has closed."""

    visit: Code
    days_after_close: Annotated[int, Field(ge=1, le=60)]
    at: Clock


class Silence(_Sourced):
    """What still goes to somebody who does not answer, by silent days."""

    gentle_after_days: Annotated[int, Field(ge=1)]
    gentle_every_days: Annotated[int, Field(ge=1)]
    staff_after_days: Annotated[int, Field(ge=1)]
    gently: tuple[Family, ...]
    to_the_end: tuple[Family, ...]

    @model_validator(mode="after")
    def _grows(self) -> Silence:
        if self.gentle_after_days >= self.staff_after_days:
            raise ValueError("gentle_after_days is below staff_after_days")
        if set(self.to_the_end) - set(self.gently):
            raise ValueError("what goes to the end goes gently too")
        return self


class Fewer(_Sourced):
    """What "fewer messages" means."""

    cap_a_day: Annotated[int, Field(ge=1)]
    without: tuple[Family, ...]


class PromptPolicy(_Sourced):
    """When a prompt may go: the most a day, how far apart, and the quiet hours a new person has."""

    cap_a_day: Annotated[int, Field(ge=1)]
    spacing_minutes: Minutes
    quiet_from: Clock
    quiet_to: Clock
    before_quiet_minutes: Annotated[int, Field(ge=1, le=240)]
    look_again_minutes: Annotated[int, Field(ge=1, le=1440)]
    silence: Silence
    fewer: Fewer


class ItemRule(_Sourced):
    """How late an item may still go, what happens then, and how it gives way."""

    does: Does
    priority: Annotated[int, Field(ge=0, le=9)]
    until: Until
    minutes: Minutes | None = None
    then: Then | None = None
    moves: bool = False
    in_quiet_hours: InQuietHours
    joins: Family | None = None

    @model_validator(mode="after")
    def _says_how_late(self) -> ItemRule:
        if (self.until == "minutes") != (self.minutes is not None):
            raise ValueError("minutes go with until = minutes, and only with it")
        if (self.until == "ever") != (self.then is None):
            raise ValueError("`then` says what happens after the latest moment; until = ever has none")
        return self


class Lever(_Table):
    """One thing that keeps people in the study."""

    code: Code
    does: str
    source: str


class Retention(_Sourced):
    """What keeps people in the study, strongest first, and the percent the trial reached by visit."""

    reference_percent: Mapping[Code, Annotated[int, Field(ge=0, le=100)]] = {}
    levers: tuple[Lever, ...] = ()


class Protocol(_Sourced):
    """The whole protocol of one study, in one version."""

    name: Code
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,15}$")]
    title: str
    anchor: Anchor
    languages: tuple[str, ...] = Field(min_length=1)
    alerts: tuple[str, ...]
    safety_texts: tuple[str, ...]
    forms: Mapping[Code, ChatForm] = {}
    sites: tuple[Site, ...] = Field(min_length=1)
    visits: tuple[Visit, ...] = Field(min_length=1)
    ladders: Mapping[Code, Ladder]
    closing: Closing
    course: Course
    arms: Mapping[Arm, ArmPlan] = Field(min_length=1)
    practice: Practice
    diary: Diary
    weekly: Weekly
    week_picture: WeekPicture
    pre_dose: PreDose
    prompts: PromptPolicy
    items: Mapping[Family, ItemRule]
    retention: Retention

    @model_validator(mode="after")
    def _names_what_exists(self) -> Protocol:
        _refuse_twice("the site", (site.code for site in self.sites))
        _refuse_twice("the visit", (visit.code for visit in self.visits))
        for visit in self.visits:
            if visit.ladder not in self.ladders:
                raise ValueError(f"visits.{visit.code}: no ladder is called {visit.ladder}")
        if self.closing.visit not in {visit.code for visit in self.visits}:
            raise ValueError(f"closing: no visit is called {self.closing.visit}")
        if missing := [family for family in Family.__args__ if family not in self.items]:  # type: ignore[attr-defined]
            raise ValueError(f"items: nothing is said about {', '.join(missing)}")
        return self

    def visit(self, code: str) -> Visit:
        """The check-in with this code; `KeyError` when there is none."""
        for visit in self.visits:
            if visit.code == code:
                return visit
        raise KeyError(code)

    def ladder(self, visit: Visit) -> Ladder:
        """The tries of a check-in."""
        return self.ladders[visit.ladder]

    def anchor_of(self, visit: Visit) -> Anchor:
        """What the months of a check-in count from."""
        return visit.anchor or self.anchor


@cache
def protocol(name: str = "stamp") -> Protocol:
    """The protocol of `protocols/<name>.toml`, read once; `ContentRefused` names file, place and reason."""
    file = resources.files("content").joinpath(FOLDER, f"{name}.toml")
    if not file.is_file():
        raise loading.ContentRefused(f"{name}.toml", ["file: there is no such protocol"])
    return read_protocol(loading.read(file), file.name)


def read_protocol(tables: dict[str, Any], file: str) -> Protocol:
    """A protocol from the tables of its file, which is named like it; `ContentRefused` otherwise."""
    checked = loading.checked(Protocol, tables, file)
    if checked.name != file.removesuffix(".toml"):
        raise loading.ContentRefused(file, [f"name: {checked.name} is not the name of the file"])
    return checked
