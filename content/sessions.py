"""The weekly sessions and the boosters of both arms: their shape, and the reader of their files.

A session is a row of parts that can be left between one another; a part is a row of messages. Each arm has its own
texts under the same codes and the same parts, so that neither a calendar nor a file tells the arm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from content import loading
from content.exercises import ARMS, Arm, Code, Label, LanguageCode, Text, Title, exercises
from content.wording import count_words, discreet_words_in

Kind = Literal["say", "choose", "write", "exercise", "plan"]
SessionCode = Annotated[str, StringConstraints(pattern=r"^S[1-9][0-9]?$")]
PartCode = Annotated[str, StringConstraints(pattern=r"^(idea|example|practice|plan)(_[2-9])?$")]
"""Named after what a part does, never after what it teaches: files show these codes, whoever may see the arm."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Data):
    """A number, with where it is from."""

    value: float = Field(gt=0)
    source: str = Field(min_length=1)


class Pace(_Data):
    """How long things in a session take, and how long a session may."""

    words_a_minute: Measure
    message_seconds: Measure
    choosing_seconds: Measure
    writing_seconds: Measure
    least_minutes: Measure
    most_minutes: Measure
    booster_least_minutes: Measure
    booster_most_minutes: Measure


@cache
def pace() -> Pace:
    """The numbers of `sessions/pace.toml`, read once. Raises ContentRefused."""
    return loading.one(Pace, "sessions/pace.toml")


class Choice(_Data):
    """One answer of a `choose` or `plan` step; the label is the button's text in each language."""

    code: Code
    label: Mapping[LanguageCode, Label]

    @model_validator(mode="after")
    def _is_in_english_and_discreet(self) -> Self:
        _check_words("label", self.label, {})
        return self


class LessonStep(_Data):
    """One message: something said, asked, or led.

    `exercise` names the exercise it leads after its words. `plan` asks what the person plans; when and how often are
    asked by the talk, in the same words in both arms.
    """

    key: Code
    kind: Kind = "say"
    say: Mapping[LanguageCode, Text]
    say_discreet: Mapping[LanguageCode, Text] = {}
    options: tuple[Choice, ...] = ()
    exercise: Code | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_asks_for(self) -> Self:
        _check_words("say", self.say, self.say_discreet)
        if (self.kind == "exercise") != (self.exercise is not None):
            raise ValueError("an exercise step, and only that, names an exercise")
        if bool(self.options) != (self.kind in ("choose", "plan")) or len(self.options) > 8:
            raise ValueError(
                f"a {self.kind} step with {len(self.options)} options (choose and plan: 1 to 8, else none)"
            )
        _refuse_twice("option code", (option.code for option in self.options))
        return self

    @property
    def seconds(self) -> float:
        """About how long it takes: reading at an unhurried pace, then what is asked or led."""
        reading = 60 * count_words(self.say["en"]) / pace().words_a_minute.value + pace().message_seconds.value
        answering = {"choose": pace().choosing_seconds.value, "write": pace().writing_seconds.value}
        planning = pace().writing_seconds.value + 3 * pace().choosing_seconds.value
        led = exercises()[self.exercise].seconds if self.exercise is not None else 0
        return reading + led + (planning if self.kind == "plan" else answering.get(self.kind, 0))


class Part(_Data):
    """One part of a session: it can be left before the next one, and is gone on with at any later day."""

    code: PartCode
    steps: tuple[LessonStep, ...] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _does_what_it_is_called(self) -> Self:
        _refuse_twice("step key", (step.key for step in self.steps))
        kinds = [step.kind for step in self.steps]
        if kinds.count("exercise") != (1 if self.kind == "practice" else 0):
            raise ValueError(f"{self.code}: a practice leads one exercise, and nothing else does")
        if kinds.count("plan") != (1 if self.kind == "plan" else 0):
            raise ValueError(f"{self.code}: a plan asks for one plan, and nothing else does")
        return self

    @property
    def kind(self) -> str:
        """idea, example, practice or plan."""
        return self.code.split("_")[0]

    @property
    def minutes(self) -> int:
        """About how long it takes, at least 1."""
        return _minutes(self.steps)


class Lesson(_Data):
    """One weekly session of one arm, for the arm's participants only."""

    code: SessionCode
    arm: Arm
    version: int = Field(ge=1)
    source: str = Field(min_length=1)
    title: Mapping[LanguageCode, Title]
    title_discreet: Mapping[LanguageCode, Title] = {}
    parts: tuple[Part, ...] = Field(min_length=4, max_length=8)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _check_words("title", self.title, self.title_discreet)
        _refuse_twice("part", (part.code for part in self.parts))
        if missing := {"idea", "example", "practice", "plan"} - {part.kind for part in self.parts}:
            raise ValueError(f"has no {sorted(missing)[0]}")
        _refuse_strange_exercises(self.arm, self.exercises)
        low, high = pace().least_minutes.value, pace().most_minutes.value
        if not low <= self.minutes <= high:
            raise ValueError(f"takes about {self.minutes} minutes, not {low:g} to {high:g}")
        return self

    @property
    def minutes(self) -> int:
        """About how long all parts take together."""
        return _minutes(step for part in self.parts for step in part.steps)

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises it leads, in order."""
        return tuple(step.exercise for part in self.parts for step in part.steps if step.exercise is not None)

    def part(self, code: str) -> Part | None:
        """The part with this code, if the session has it."""
        return next((part for part in self.parts if part.code == code), None)


class Booster(_Data):
    """A short one for the weeks after the sessions: one idea of a session, and an exercise."""

    code: Code
    of: SessionCode
    title: Mapping[LanguageCode, Title]
    title_discreet: Mapping[LanguageCode, Title] = {}
    steps: tuple[LessonStep, ...] = Field(min_length=2, max_length=5)

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        _check_words("title", self.title, self.title_discreet)
        _refuse_twice("step key", (step.key for step in self.steps))
        kinds = [step.kind for step in self.steps]
        if kinds.count("exercise") != 1 or "plan" in kinds:
            raise ValueError("leads one exercise; the plan is looked at by the talk")
        low, high = pace().booster_least_minutes.value, pace().booster_most_minutes.value
        if not low <= self.minutes <= high:
            raise ValueError(f"takes about {self.minutes} minutes, not {low:g} to {high:g}")
        return self

    @property
    def minutes(self) -> int:
        """About how long it takes, at least 1."""
        return _minutes(self.steps)


class Boosters(_Data):
    """All boosters of one arm, in the order in which the weeks bring them."""

    arm: Arm
    version: int = Field(ge=1)
    source: str = Field(min_length=1)
    boosters: tuple[Booster, ...] = Field(min_length=8)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _refuse_twice("booster", (each.code for each in self.boosters))
        _refuse_strange_exercises(self.arm, (s.exercise for b in self.boosters for s in b.steps if s.exercise))
        return self


@cache
def lessons(arm: Arm) -> Mapping[str, Lesson]:
    """The sessions of one arm by code, in order; read once. Raises ContentRefused."""
    found = [checked(loading.read(file), f"{arm}/{file.name}") for file in loading.files(f"sessions/{arm}")]
    return MappingProxyType({each.code: each for each in sorted(found, key=lambda each: int(each.code[1:]))})


@cache
def boosters(arm: Arm) -> tuple[Booster, ...]:
    """The boosters of one arm, read once. Raises ContentRefused."""
    found = loading.one(Boosters, f"boosters/{arm}.toml")
    if found.arm != arm:
        raise loading.ContentRefused(f"boosters/{arm}.toml", [f"arm: belongs into boosters/{found.arm}.toml"])
    return found.boosters


def booster_of(arm: Arm, week: int) -> Booster:
    """The booster of a week of the course: one after the other, and again from the first."""
    every = boosters(arm)
    return every[week % len(every)]


def checked(data: dict[str, Any], file: str) -> Lesson:
    """The session of one file's tables; `file` is `<arm>/s<n>.toml`. Raises ContentRefused."""
    lesson = loading.checked(Lesson, data, file)
    if file != f"{lesson.arm}/{lesson.code.lower()}.toml":
        raise loading.ContentRefused(file, [f"code: belongs into {lesson.arm}/{lesson.code.lower()}.toml"])
    return lesson


def told_apart() -> Iterator[str]:
    """Where codes or parts of the sessions, or the number of boosters, would tell one arm from the other."""
    first, second = ({code: [part.code for part in each.parts] for code, each in lessons(arm).items()} for arm in ARMS)
    for code in dict.fromkeys((*first, *second)):
        if first.get(code) != second.get(code):
            yield f"{code}: its parts are not the same in both arms"
    if len(boosters(ARMS[0])) != len(boosters(ARMS[1])):
        yield "boosters: not as many in one arm as in the other"


def lesson_texts() -> Iterator[tuple[str, Mapping[str, str], Mapping[str, str], bool]]:
    """Every text of sessions and boosters: key, words and discreet words by language, and whether it is a button."""
    for arm in ARMS:
        for lesson in lessons(arm).values():
            yield lesson_key(arm, lesson.code, "title"), lesson.title, lesson.title_discreet, False
            for part in lesson.parts:
                yield from _step_texts(lesson_key(arm, lesson.code, part.code), part.steps)
        for booster in boosters(arm):
            yield lesson_key(arm, booster.code, "title"), booster.title, booster.title_discreet, False
            yield from _step_texts(lesson_key(arm, booster.code), booster.steps)


def _step_texts(
    where: str, steps: Iterable[LessonStep]
) -> Iterator[tuple[str, Mapping[str, str], Mapping[str, str], bool]]:
    for step in steps:
        yield f"{where}.{step.key}", step.say, step.say_discreet, False
        for option in step.options:
            yield f"{where}.{step.key}.{option.code}", option.label, {}, True


def lesson_key(arm: Arm, code: str, *more: str) -> str:
    """The key of a text of a session or booster in the catalogue: `lesson.mbt.s1.idea.look`."""
    return ".".join(("lesson", arm, code.lower(), *more))


def _minutes(steps: Iterable[LessonStep]) -> int:
    return max(round(sum(step.seconds for step in steps) / 60), 1)


def _check_words(name: str, plain: Mapping[str, str], variants: Mapping[str, str]) -> None:
    if "en" not in plain:
        raise ValueError(f"{name} has no English text")
    for language, text in plain.items():
        if left := discreet_words_in(variants.get(language, text), language):
            raise ValueError(f"{name} ({language}) says {', '.join(left)} and has no discreet variant")


def _refuse_twice(name: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"{name} {code} is used twice")
        seen.add(code)


def _refuse_strange_exercises(arm: Arm, codes: Iterable[str]) -> None:
    for code in codes:
        if code not in exercises() or exercises()[code].arm != arm:
            raise ValueError(f"{code} is no exercise of the arm {arm}")
