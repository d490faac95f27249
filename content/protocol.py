"""The protocol of a study as data: schema and loader of `content/protocols/`.

What happens when, to whom, and what happens when it is late. The rules that read it are in `study.windows`,
`study.plan` and `study.prompting`; `study.protocol_check` holds it against the rest of the content.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from content import loading
from content.joining import Allocation, ScreeningRule
from content.joining import Arm as Arm
from content.joining import Site as Site
from content.prompt_rules import Clock, Code, Does, Family, ItemRule, Minutes, PromptPolicy, Sourced, Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

FOLDER, DEFAULT = "protocols", "stamp"

Anchor = Literal["consent", "enrolment", "allocation", "first_session"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Form = Literal["full", "core"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday()`."""

Days = Annotated[int, Field(ge=0, le=366)]
Week = Annotated[int, Field(ge=1, le=53)]
FormOrItem = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$")]


def _refuse_twice(what: str, codes: Iterable[object]) -> None:
    seen: set[object] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"{what} {code} comes twice")
        seen.add(code)


class ChatForm(Sourced):
    """A form that is no questionnaire: a talk of its own asks it, about the last `days`; `items` can be asked alone."""

    items: tuple[Code, ...] = ()
    days: Annotated[int, Field(ge=1)]


class Try(Table):
    """One attempt of staff: days after the target, and the wall clock there."""

    day: Days
    at: Clock


class Step(Table):
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


class Ladder(Sourced):
    """The tries of one check-in, first to last."""

    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _closes_once(self) -> Ladder:
        _refuse_twice("the step", (step.code for step in self.steps))
        if sum(step.does == "close" for step in self.steps) != 1:
            raise ValueError("exactly one step closes")
        return self


class Visit(Sourced):
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


class Session(Table):
    """One weekly session of an arm, open from the first day of `unlock_week`; the code is the same in both arms."""

    code: Annotated[str, Field(pattern=r"^S[0-9]{1,2}$")]
    unlock_week: Week
    way: Literal["chat", "group", "both"]
    at: Clock
    exercises: tuple[Code, ...] = ()


class ArmPlan(Sourced):
    """What one arm learns, in order."""

    sessions: tuple[Session, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> ArmPlan:
        _refuse_twice("the session", (session.code for session in self.sessions))
        return self


class Course(Sourced):
    """From when weeks count, and how many there are."""

    anchor: Anchor
    starts_after_days: Days
    weeks: Week


class Nudges(Sourced):
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


class Practice(Sourced):
    """Home practice asked for, and how often it is suggested."""

    minutes_a_day: Annotated[int, Field(ge=1)]
    days_a_week: Annotated[int, Field(ge=1, le=7)]
    nudges: tuple[Nudges, ...] = ()


class Groups(Sourced):
    """Therapist-led groups: how long before a meeting its members are reminded."""

    remind_hours_before: Annotated[int, Field(ge=1, le=168)]


class Diary(Sourced):
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


class Weekly(Sourced):
    """The questions of the week, asked at the time of that day's diary."""

    on: Weekday
    from_day: Days
    instruments: tuple[FormOrItem, ...] = ()
    practice_minutes: bool


class WeekPicture(Sourced):
    """When the picture of the week is shown, at the time of that day's diary."""

    on: Weekday
    from_day: Days


class PreDose(Sourced):
    """The prompt before a dose; it may come `spacing_minutes` after another prompt."""

    minutes_before: Annotated[int, Field(ge=1, le=60)]
    from_week: Literal[1, 3]
    spacing_minutes: Minutes


class Closing(Sourced):
    """The talk at the end, some days after the last check-in has closed.

    `afterwards`: whether the person may go on by themselves with pauses, practice and the log.
    """

    visit: Code
    days_after_close: Annotated[int, Field(ge=1, le=60)]
    at: Clock
    afterwards: Literal["open", "closed"] = "open"


class Lever(Table):
    """One thing that keeps people in the study."""

    code: Code
    does: str
    source: str


class Retention(Sourced):
    """What keeps people in the study, strongest first, and the percent the trial reached by visit."""

    reference_percent: Mapping[Code, Annotated[int, Field(ge=0, le=100)]] = {}
    levers: tuple[Lever, ...] = ()


class Protocol(Sourced):
    """The whole protocol of one study, in one version.

    `analysis`: the plan of analysis, by the name of one that comes with the program, or a TOML file beside this one.
    """

    name: Code
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,15}$")]
    title: str
    analysis: Annotated[str, Field(pattern=r"^[0-9A-Za-z_@-]+(\.toml)?$")] = "stamp"
    anchor: Anchor
    languages: tuple[str, ...] = Field(min_length=1)
    alerts: tuple[str, ...]
    safety_texts: tuple[str, ...]
    forms: Mapping[Code, ChatForm] = {}
    sites: tuple[Site, ...] = Field(min_length=1)
    screening: ScreeningRule
    allocation: Allocation
    visits: tuple[Visit, ...] = Field(min_length=1)
    ladders: Mapping[Code, Ladder]
    closing: Closing
    course: Course
    arms: Mapping[Arm, ArmPlan] = Field(min_length=1)
    groups: Groups
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
        if strange := sorted(set(self.allocation.ratio) ^ set(self.arms)) if self.allocation.ratio else []:
            raise ValueError(f"allocation.ratio: {strange[0]} stands only there or only in arms")
        if missing := [family for family in get_args(Family) if family not in self.items]:
            raise ValueError(f"items: nothing is said about {', '.join(missing)}")
        return self

    def visit(self, code: str) -> Visit:
        """The check-in with this code; `KeyError` when there is none."""
        for visit in self.visits:
            if visit.code == code:
                return visit
        raise KeyError(code)

    def site(self, code: str) -> Site:
        """The site with this code; `KeyError` when there is none."""
        for site in self.sites:
            if site.code == code:
                return site
        raise KeyError(code)

    def has_short_form(self, visit: Visit) -> bool:
        """Whether its core alone is asked in the end and then counts; without one only the whole form ends it."""
        return any(step.form == "core" for step in self.ladder(visit).steps)

    def ladder(self, visit: Visit) -> Ladder:
        """The tries of a check-in."""
        return self.ladders[visit.ladder]

    def anchor_of(self, visit: Visit) -> Anchor:
        """What the months of a check-in count from."""
        return visit.anchor or self.anchor


class Shelf:
    """The protocol files of one study: the one new participants live by, and other versions beside it.

    Files are called `<name>.toml` or `<name>@<version>.toml`. What was read once stays as it was for this process.
    """

    def __init__(self, folder: Traversable, file: str) -> None:
        self.folder, self.file = folder, file
        self.name = file.removesuffix(".toml").split("@")[0]
        self._known: dict[str, Protocol] = {}
        self._in_use: Protocol | None = None

    def in_use(self) -> Protocol:
        """The protocol of new participants; `ContentRefused` names file, place and reason."""
        if self._in_use is None:
            self._in_use = self._kept(self._read(self.file))
        return self._in_use

    def of_version(self, version: str) -> Protocol:
        """The protocol in one version; `ContentRefused` when no file has it."""
        if version not in self._known:
            self.versions()
        if version not in self._known:
            raise loading.ContentRefused(f"{self.name}@{version}.toml", ["file: there is no such protocol"])
        return self._known[version]

    def versions(self) -> dict[str, Protocol]:
        """Every version there is a file of, files added since among them; `ContentRefused` when two differ in one."""
        found: dict[str, Protocol] = {}
        for file in sorted(self.folder.iterdir(), key=lambda each: each.name):
            stem, _, ending = file.name.rpartition(".")
            if ending == "toml" and stem.split("@")[0] == self.name:
                read = self._read(file.name)
                if found.setdefault(read.version, read) != read:
                    raise loading.ContentRefused(file.name, [f"version: another file has version {read.version} too"])
        for read in found.values():
            self._kept(read)
        return dict(self._known)

    def _kept(self, read: Protocol) -> Protocol:
        return self._known.setdefault(read.version, read)

    def _read(self, name: str) -> Protocol:
        file = self.folder.joinpath(name)
        if not file.is_file():
            raise loading.ContentRefused(name, ["file: there is no such protocol"])
        return read_protocol(loading.read(file), name)


def protocol(name: str | None = None, version: str | None = None) -> Protocol:
    """The protocol in use, or in an older `version` to which participants are pinned; `ContentRefused`.

    With `name`, one that comes with the program.
    """
    shelf = _in_hand[0] if name is None else _own(f"{name}.toml")
    return shelf.in_use() if version is None else shelf.of_version(version)


def shelf_in_use() -> Shelf:
    """The shelf the protocol in use is from."""
    return _in_hand[0]


def shelf_of(setting: str) -> Shelf:
    """The shelf behind `stamp`, `stamp@2` (these come with the program) or the path of a TOML file."""
    if setting.endswith(".toml"):
        path = Path(setting).resolve()
        return Shelf(path.parent, path.name)
    return _own(f"{setting}.toml")


def use(setting: str) -> None:
    """Have this process live by another protocol; `ContentRefused` when it cannot be used."""
    shelf = shelf_of(setting)
    shelf.in_use()
    _in_hand[0] = shelf


@cache
def _own(file: str) -> Shelf:
    return Shelf(resources.files("content").joinpath(FOLDER), file)


_in_hand = [_own(f"{DEFAULT}.toml")]


def read_protocol(tables: dict[str, Any], file: str) -> Protocol:
    """A protocol from the tables of its file, which is named `<name>` or `<name>@<version>`; `ContentRefused`."""
    checked = loading.checked(Protocol, tables, file)
    if file.removesuffix(".toml") not in (checked.name, f"{checked.name}@{checked.version}"):
        raise loading.ContentRefused(file, [f"name: {checked.name} {checked.version} is not what the file is called"])
    return checked
