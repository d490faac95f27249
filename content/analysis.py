"""How the study is analysed: reader of `content/analysis/`, and the plan as the scripts of an export read it."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from content import loading
from content.export_columns import WIDE
from content.exports import exports
from content.instruments import Instrument, instrument
from content.instruments import Item as Item
from content.protocol import protocol, shelf_in_use
from content.screening_criteria import criteria
from content.wide import at_visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from importlib.resources.abc import Traversable

FOLDER = "analysis"
DAYS_A_WEEK = 7

Random = Literal["study_id", "therapy_group"]
Arm = Literal["mbt", "cbt"]


NAMES = ("visit", "arm", "baseline", "site")
"""What the text of a model may speak of, joined by +, * and :; the scripts know no other."""


def terms(formula: str) -> list[str]:
    """The names on the right side of the text of a model, as they stand there."""
    return [" ".join(each.split()) for each in re.split(r"[+*:]", formula.partition("~")[2])]


def _readable(formula: str) -> str:
    """The text of a model on one line; ValueError where it has what the scripts cannot read."""
    left, _, right = formula.partition("~")
    if left.strip() != "value":
        raise ValueError("begins with 'value ~ '")
    for name in terms(formula):
        if name not in NAMES:
            raise ValueError(f"'{name}' is none of {', '.join(NAMES)}; these are joined by + * or :, and nothing else")
    return f"value ~ {' '.join(right.split())}"


Formula = Annotated[str, AfterValidator(_readable)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str


class Model(_Part):
    """The text of the linear mixed model, pooled and by arm, and when it is estimated at all."""

    pooled: Formula
    by_arm: Formula
    reference: Arm
    random: tuple[Random, ...]
    in_window_only: bool
    level: Annotated[float, Field(gt=0.5, lt=1)]
    least_people: Annotated[int, Field(ge=3)]
    proposal: bool = False

    @model_validator(mode="after")
    def _a_person_is_one(self) -> Model:
        if "study_id" not in self.random:
            raise ValueError("random: people answer more than once, so study_id is one of them")
        if "arm" in terms(self.pooled):
            raise ValueError("pooled: the model of a blinded report knows no arm")
        if "arm" not in terms(self.by_arm):
            raise ValueError("by_arm: 'arm' is not in it, so there is nothing to compare")
        return self

    @property
    def percent(self) -> str:
        """The level of its intervals, as it is written: `95 %`."""
        return f"{100 * self.level:g} %"

    def text(self, *, by_arm: bool) -> str:
        """The model as R's lme4 writes it."""
        fixed = self.by_arm if by_arm else self.pooled
        return " + ".join([fixed, *(f"(1 | {name})" for name in self.random)])


class Few(_Part):
    """A figure about fewer people is not shown."""

    people: Annotated[int, Field(ge=1)]
    proposal: bool = False


class Outcome(_Part):
    """A figure of the wide file; `responder`: percents of baseline it has to fall by, none without a source."""

    column: str
    title: str
    scale: str
    high: float | None = None
    responder: tuple[Annotated[int, Field(gt=0, lt=100)], ...] = ()
    primary: bool = False


class Step(_Part):
    """A figure asked at follow-up only, where a step up to `at_most` counts as a responder."""

    column: str
    title: str
    at_most: int


class Trait(BaseModel):
    """An item of the baseline that tells who takes part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: Annotated[str, Field(pattern=r"^\w+\.\w+$")]

    @property
    def of(self) -> tuple[Instrument, Item]:
        """The instrument and its item; KeyError when there is none."""
        code, _, item = self.item.partition(".")
        asked = instrument(code)
        return asked, {each.code: each for each in asked.items}[item]


class Practice(_Part):
    """Home practice asked for, and the stretches of weeks since enrolment it is looked at over."""

    minutes_a_week: Annotated[int, Field(gt=0)]
    periods: Annotated[tuple[tuple[int, int], ...], Field(min_length=1)]


class Sessions(_Part):
    """Weekly sessions, how many of them count as enough, and what that was elsewhere."""

    sessions: Annotated[int, Field(gt=0)]
    enough: Annotated[int, Field(gt=0)]
    beside: str


class Share(_Part):
    """Percent of all allocated who gave primary data in the trial."""

    visit: str
    percent: Annotated[float, Field(ge=0, le=100)]


class Published(_Part):
    """Change from baseline that the trial published."""

    outcome: str
    arm: Arm
    visit: str
    change: float


class Analysis(_Part):
    """The whole plan."""

    name: str
    version: str
    model: Model
    few: Few
    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...] = ()
    baseline: tuple[Trait, ...]
    practice: Practice
    attendance: Sessions
    completeness: tuple[Share, ...]
    published: tuple[Published, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Analysis:
        if len([each for each in self.outcomes if each.primary]) != 1:
            raise ValueError("outcomes: one is primary")
        columns = {each.column for each in self.outcomes}
        if strange := [each.outcome for each in self.published if each.outcome not in columns]:
            raise ValueError(f"published: no outcome '{strange[0]}'")
        for trait in self.baseline:
            _look_up(trait)
        return self

    @property
    def primary(self) -> Outcome:
        """The outcome that completeness is counted by."""
        return next(each for each in self.outcomes if each.primary)

    def script(self, *, by_arm: bool, on: date | None = None, groups: bool = False) -> str:
        """The plan as the scripts of an export read it: lines of `key: value` (DCF), without arms when blinded.

        `on`: the day the cut is judged by, for figures.py and figures.R; with it goes what pictures.py and pictures.R
        draw beside the figures, and how things are called. `groups`: people meet in therapy groups.
        """
        lines = [*self._lines(by_arm)]
        if on is not None:
            lines += [*self._of_figures(on), ("therapy_groups", str(int(groups))), *self._of_pictures(by_arm)]
        return "".join(f"{key}: {value}\n" for key, value in lines)

    def _of_figures(self, on: date) -> Iterator[tuple[str, str]]:
        yield "on", on.isoformat()
        yield "check_ins", " ".join(f"m{visit.months}:{visit.code}" for visit in protocol().visits)
        yield "primary", self.primary.column
        falls = [f"{each.column}:{percent}" for each in self.outcomes for percent in each.responder]
        yield "responders", " ".join(falls)
        yield "steps", " ".join(f"{each.column}:{each.at_most}" for each in self.steps)
        counted = [each.item for each in self.baseline if each.of[1].options]
        yield "counted", " ".join(counted)
        yield "measured", " ".join(each.item for each in self.baseline if each.item not in counted)
        yield "sessions", " ".join(f"{code}:{day}" for code, day in _session_days().items())
        yield "enough_sessions", str(self.attendance.enough)
        yield "practice_minutes", str(self.practice.minutes_a_week)
        yield "practice_periods", " ".join(f"{first}-{last}" for first, last in self.practice.periods)

    def _of_pictures(self, by_arm: bool) -> Iterator[tuple[str, str]]:
        yield "few", str(self.few.people)
        yield "completeness", " ".join(f"{each.visit}:{each.percent:g}" for each in self.completeness)
        told = [(each.outcome, each.arm if by_arm else "", each.visit, each.change) for each in self.published]
        # without arms, nor in the order of the arms
        yield "published", " ".join(":".join(map(str, each)) for each in (told if by_arm else sorted(told)))
        for each in self.outcomes:
            yield f"title_{each.column}", _on_a_line(each.title)
            yield f"scale_{each.column}", _on_a_line(each.scale)
        rules = criteria(protocol().screening.criteria)
        for criterion in rules.criteria:
            said = criterion.text if by_arm else criterion.blinded or criterion.text
            yield f"criterion_{criterion.code}", _on_a_line(said)
        for reason in rules.refusals:
            yield f"refusal_{reason.code}", _on_a_line(reason.text)

    def _lines(self, by_arm: bool) -> Iterator[tuple[str, str]]:
        first, *later = protocol().visits
        yield "plan", f"{self.name} {self.version}"
        yield "formula", self.model.by_arm if by_arm else self.model.pooled
        yield "random", " ".join(self.model.random)
        if by_arm:
            yield "reference", self.model.reference
        yield "baseline", at_visit("", first).removeprefix("_")
        yield "visits", " ".join(at_visit("", visit).removeprefix("_") for visit in later)
        yield "outcomes", " ".join(each.column for each in self.outcomes)
        yield "in_window_only", str(int(self.model.in_window_only))
        yield "level", str(self.model.level)
        yield "least_people", str(self.model.least_people)


def _on_a_line(text: str) -> str:
    return " ".join(text.split())


def _session_days() -> dict[str, int]:
    """Session → the days after which its week is over; weeks count from enrolment, whatever the protocol has."""
    course, found = protocol().course, dict[str, int]()
    for each in (session for arm in protocol().arms.values() for session in arm.sessions):
        over = course.starts_after_days + DAYS_A_WEEK * each.unlock_week
        found[each.code] = max(found.get(each.code, 0), over)
    return found


def _figures() -> set[str]:
    """Names of the wide file."""
    return set(next(table for table in exports().tables if table.name == WIDE).names)


def misfits(plan: Analysis) -> list[str]:
    """What a plan wants that the protocol in use does not have: place and reason, each once."""
    figures, first = _figures(), protocol().visits[0]
    found = [
        f"outcomes: the wide file has no figure '{each.column}' at {visit.code}"
        for each in plan.outcomes
        for visit in (protocol().visits if each.primary else [first])
        if at_visit(each.column, visit) not in figures
    ]
    later = [("outcomes", each.column) for each in plan.outcomes if not each.primary]
    later += [("steps", each.column) for each in plan.steps]
    found += [
        f"{place}: the wide file has no figure '{column}' at any follow-up"
        for place, column in later
        if not any(at_visit(column, visit) in figures for visit in protocol().visits[1:])
    ]
    visits = {visit.code for visit in protocol().visits}
    named = [("completeness", each.visit) for each in plan.completeness]
    named += [("published", each.visit) for each in plan.published]
    found += [f"{place}: the protocol has no check-in '{visit}'" for place, visit in named if visit not in visits]
    return list(dict.fromkeys(found))


def _look_up(trait: Trait) -> None:
    try:
        _ = trait.of
    except KeyError:
        raise ValueError(f"baseline: there is no item '{trait.item}'") from None


def analysis() -> Analysis:
    """The plan that the protocol in use names; `ContentRefused` says what in it is wrong, or does not fit."""
    named = protocol().analysis
    plan = _own(named) if not named.endswith(".toml") else _beside(shelf_in_use().folder.joinpath(named))
    if wrong := misfits(plan):
        raise loading.ContentRefused(named if named.endswith(".toml") else f"{FOLDER}/{named}.toml", wrong)
    return plan


@cache
def _own(name: str) -> Analysis:
    return _beside(resources.files("content").joinpath(FOLDER, f"{name}.toml"))


def _beside(file: Traversable) -> Analysis:
    if not file.is_file():
        raise loading.ContentRefused(file.name, ["file: there is no such plan of analysis"])
    return loading.checked(Analysis, loading.read(file), file.name)
