"""The exercises of both arms: their shape, and the reader of `content/exercises/<arm>/<id>.toml`.

An exercise runs from top to bottom; each step is one message. Texts stand beside their translations.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from content import loading
from content.wording import discreet_words_in

Arm = Literal["mbt", "cbt"]
Minutes = Literal[1, 3, 5, 10]
Kind = Literal["say", "rate", "choose", "write"]

ARMS: tuple[Arm, ...] = ("mbt", "cbt")
LENGTHS: tuple[Minutes, ...] = (1, 3, 5, 10)
SECONDS_A_MINUTE = 60

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[a-z]{2,4})?$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=r"^\S(.*\S)?$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^\S(.*\S)?$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=24, pattern=r"^\S(.*\S)?$")]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Data):
    """One answer of a `choose` step; the label is the button's text in each language."""

    code: Code
    label: Mapping[LanguageCode, Label]

    @model_validator(mode="after")
    def _is_in_english_and_discreet(self) -> Self:
        _refuse_without_english("label", self.label)
        _refuse_indiscreet("label", self.label, {})
        return self

    def text(self, language: str) -> str:
        """The button's text, in English where there is no translation."""
        return _chosen(self.label, {}, language, discreet=False)


class Step(_Data):
    """One message of an exercise; the next one comes after `seconds` or when the person goes on."""

    key: Code
    seconds: int = Field(ge=5, le=180)
    kind: Kind
    say: Mapping[LanguageCode, Text]
    say_discreet: Mapping[LanguageCode, Text] = {}
    options: tuple[Option, ...] = ()

    @model_validator(mode="after")
    def _has_what_its_kind_asks_for(self) -> Self:
        _refuse_without_english("say", self.say)
        _refuse_indiscreet("say", self.say, self.say_discreet)
        allowed = range(2, 9) if self.kind == "choose" else range(1)
        if len(self.options) not in allowed:
            raise ValueError(f"a {self.kind} step with {len(self.options)} options (choose: 2 to 8, else none)")
        _refuse_twice("option code", (option.code for option in self.options))
        return self

    def text(self, language: str, discreet: bool) -> str:
        """What the step says, in English where there is no translation."""
        return _chosen(self.say, self.say_discreet, language, discreet=discreet)


class Exercise(_Data):
    """One exercise of one arm, for the arm's participants only.

    `minutes` is the length it is offered under, `order` its place there; its steps take that long to the second: by
    another length it could be known, and its arm with it. `as_needed_only`: never before a scheduled medicine or a
    patch. `focuses_on_pain`: not offered at high pain.
    """

    id: Code
    arm: Arm
    minutes: Minutes
    order: int = Field(ge=1)
    before_dose: bool
    as_needed_only: bool
    focuses_on_pain: bool
    version: int = Field(ge=1)
    source: str = Field(min_length=1)
    title: Mapping[LanguageCode, Title]
    title_discreet: Mapping[LanguageCode, Title] = {}
    steps: tuple[Step, ...] = Field(min_length=4, max_length=14)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _refuse_without_english("title", self.title)
        _refuse_indiscreet("title", self.title, self.title_discreet)
        _refuse_twice("step key", (step.key for step in self.steps))
        if self.seconds != SECONDS_A_MINUTE * self.minutes:
            raise ValueError(f"its steps take {self.seconds} s, not {self.minutes} min: by the clock it would be known")
        if self.as_needed_only and not self.before_dose:
            raise ValueError("as_needed_only has a meaning only with before_dose")
        return self

    @property
    def neutral(self) -> str:
        """What stands for it in blinded exports: its length, kept to the second. Both arms fill every length."""
        return f"L{self.minutes:02d}"

    @property
    def seconds(self) -> int:
        """How long the steps take when nobody taps ahead."""
        return sum(step.seconds for step in self.steps)

    def text(self, language: str, discreet: bool) -> str:
        """The title, in English where there is no translation."""
        return _chosen(self.title, self.title_discreet, language, discreet=discreet)


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by its id, both arms, ordered by length and `order`; read once.

    Raises ContentRefused.
    """
    return together(_read_all())


def offered(arm: Arm, minutes: Minutes | None, as_needed: bool, high_pain: bool) -> tuple[Exercise, ...]:
    """What may be led before a dose, shortest first; `minutes` None means every length."""
    return tuple(
        each
        for each in for_practice(arm, minutes, high_pain)
        if each.before_dose and (as_needed or not each.as_needed_only)
    )


def for_practice(arm: Arm, minutes: Minutes | None, high_pain: bool) -> tuple[Exercise, ...]:
    """What may be led at home without a dose, shortest first; `minutes` None means every length."""
    return tuple(
        each
        for each in exercises().values()
        if each.arm == arm and (minutes is None or each.minutes == minutes) and not (high_pain and each.focuses_on_pain)
    )


def untranslated(language: str) -> tuple[str, ...]:
    """Where a text is missing in a language, as `id`, `id.step` or `id.step.option`; empty when none is."""
    return tuple(place for each in exercises().values() for place, words in _texts(each) if language not in words)


def checked(data: dict[str, Any], file: str) -> Exercise:
    """The exercise of one file's tables; `file` is `<arm>/<id>.toml`. Raises ContentRefused."""
    exercise = loading.checked(Exercise, data, file)
    if file != f"{exercise.arm}/{exercise.id}.toml":
        raise loading.ContentRefused(file, [f"id: belongs into {exercise.arm}/{exercise.id}.toml"])
    return exercise


def together(found: Iterable[Exercise]) -> Mapping[str, Exercise]:
    """Exercises by id, ordered by length and `order`. Raises ContentRefused when two share either."""
    by_id: dict[str, Exercise] = {}
    by_order: dict[int, Exercise] = {}
    for each in sorted(found, key=lambda each: (each.minutes, each.order)):
        twin = by_id.get(each.id) or by_order.get(each.order)
        if twin is not None:
            place = "id" if twin.id == each.id else "order"
            reason = f"{place}: also used by {twin.arm}/{twin.id}.toml"
            raise loading.ContentRefused(f"{each.arm}/{each.id}.toml", [reason])
        by_id[each.id] = by_order[each.order] = each
    return MappingProxyType(by_id)


def _read_all() -> Iterator[Exercise]:
    for arm in ARMS:
        for file in loading.files(f"exercises/{arm}"):
            yield checked(loading.read(file), f"{arm}/{file.name}")


def _texts(exercise: Exercise) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield exercise.id, exercise.title
    for step in exercise.steps:
        yield f"{exercise.id}.{step.key}", step.say
        for option in step.options:
            yield f"{exercise.id}.{step.key}.{option.code}", option.label


def _chosen(plain: Mapping[str, str], discreet_variants: Mapping[str, str], language: str, *, discreet: bool) -> str:
    wanted = language.lower()
    shown = next((each for each in (wanted, wanted.split("-")[0]) if each in plain), "en")
    if discreet and shown in discreet_variants:
        return discreet_variants[shown]
    return plain[shown]


def _refuse_without_english(name: str, words: Mapping[str, str]) -> None:
    if "en" not in words:
        raise ValueError(f"{name} has no English text")


def _refuse_indiscreet(name: str, plain: Mapping[str, str], variants: Mapping[str, str]) -> None:
    """A text with a word that discreet mode keeps off the screen has a variant without one."""
    for language, text in plain.items():
        left = discreet_words_in(variants.get(language, text), language)
        if left:
            raise ValueError(f"{name} ({language}) says {', '.join(left)} and has no discreet variant")


def _refuse_twice(name: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"{name} {code} is used twice")
        seen.add(code)
