"""What a person in danger reads, and the numbers to call: schema and loader of `content/safety/`.

These texts are fixed. They never fail for a missing number or translation: there is always a fallback.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from content import loading
from content.safety_data import BASE_LANGUAGE, alerts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

WORDS = {"emergency": 60, "step": 40, "line": 25}
"""The most words a text of each kind may have, placeholders counted as one."""

BUTTON_CHARACTERS = 30
NOT_ON_A_LOCK_SCREEN = re.compile(r"\b(pain|painful|opioids?)\b", re.IGNORECASE)
PLACEHOLDERS = frozenset({"number", "crisis", "call_crisis", "time", "who", "when"})
ALWAYS_KNOWN = frozenset({"number", "crisis", "call_crisis"})

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Line = Annotated[str, Field(pattern=r"^[0-9][0-9 ]*$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def placeholders(text: str) -> frozenset[str]:
    """Names between braces; `ValueError` for braces that do not pair."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


class SafetyText(_Frozen):
    """One text by language, and what the discreet mode shows instead where it would say too much."""

    kind: Literal["emergency", "step", "line", "button"]
    version: Annotated[int, Field(ge=1)]
    source: str
    say: dict[str, str]
    discreet: dict[str, str] = {}

    @model_validator(mode="after")
    def _can_be_sent(self) -> SafetyText:
        if BASE_LANGUAGE not in self.say:
            raise ValueError("no English text")
        for language, text in (*self.say.items(), *self.discreet.items()):
            self._check(language, text)
        for language, text in self.say.items():
            if NOT_ON_A_LOCK_SCREEN.search(text) and language not in self.discreet:
                raise ValueError(f"says 'pain' or 'opioid' and has no discreet text in {language}")
        if any(NOT_ON_A_LOCK_SCREEN.search(text) for text in self.discreet.values()):
            raise ValueError("the discreet text says a word it is there to hide")
        return self

    def _check(self, language: str, text: str) -> None:
        if not text.strip() or self._is_too_long(text):
            raise ValueError(f"the {language} text is empty or too long for a {self.kind}")
        if unknown := placeholders(text) - PLACEHOLDERS:
            raise ValueError(f"the {language} text has unknown placeholders {sorted(unknown)}")
        if placeholders(text) != self.placeholders:
            raise ValueError(f"the {language} text has other placeholders than the English one")

    def _is_too_long(self, text: str) -> bool:
        return len(text) > BUTTON_CHARACTERS if self.kind == "button" else len(text.split()) > WORDS[self.kind]

    @property
    def placeholders(self) -> frozenset[str]:
        """Names between braces in the English text."""
        return placeholders(self.say[BASE_LANGUAGE])


class _Texts(RootModel[dict[str, SafetyText]]):
    model_config = ConfigDict(frozen=True)


class Numbers(_Frozen):
    """Whom to call in some countries, as dialled there; `crisis` is absent where none is known for sure.

    `verified` becomes true only in a site's own settings, never in the file that ships.
    """

    countries: tuple[Country, ...] = ()
    emergency: Line | None = None
    crisis: Line | None = None
    crisis_by_text: bool = False
    verified: bool = False
    source: str


class NumberWords(_Frozen):
    """How numbers are said in one language, and what stands in for one that is not known."""

    number: str
    crisis: str
    call: str
    call_or_text: str


class AllNumbers(_Frozen):
    """Every country's numbers, each country once, and the words around them."""

    words: dict[str, NumberWords]
    numbers: tuple[Numbers, ...]

    @model_validator(mode="after")
    def _each_country_stands_once(self) -> AllNumbers:
        listed = [country for row in self.numbers for country in row.countries]
        if twice := {country for country in listed if listed.count(country) > 1}:
            raise ValueError(f"listed twice: {sorted(twice)}")
        if any(row.verified for row in self.numbers):
            raise ValueError("numbers that ship are not verified: the site confirms them in its settings")
        if BASE_LANGUAGE not in self.words:
            raise ValueError("no English words")
        return self


class Zones(_Frozen):
    """Zone names that the time zone tables leave open."""

    no_country: tuple[str, ...]
    countries: dict[str, Country]


@cache
def safety_texts() -> dict[str, SafetyText]:
    """Key → text; `ContentRefused` when one cannot be used or an alert rule names one that is not there."""
    texts = loading.one(_Texts, "safety/texts.toml").root
    named = {key for rule in alerts().rules.values() for key in (rule.text, rule.menu) if key is not None}
    if missing := named - set(texts):
        raise loading.ContentRefused("safety/texts.toml", [f"{key}: no such text" for key in sorted(missing)])
    return texts


def untranslated(language: str) -> tuple[str, ...]:
    """Keys of the texts that would be sent in English to a reader of `language`."""
    return tuple(key for key, text in safety_texts().items() if language not in text.say)


@cache
def all_numbers() -> AllNumbers:
    """What `numbers.toml` holds; `ContentRefused` when it cannot be used."""
    return loading.one(AllNumbers, "safety/numbers.toml")


UNKNOWN = Numbers(source="country not known")


def numbers_of(country: str | None) -> Numbers:
    """The numbers of a country (`GB`), unverified as they ship; without any number where none is known."""
    return next((row for row in all_numbers().numbers if country in row.countries), UNKNOWN)


def spoken(numbers: Numbers, language: str) -> dict[str, str]:
    """`number`, `crisis` and `call_crisis` as `safety_text` takes them, each with its fallback."""
    words = all_numbers().words.get(language) or all_numbers().words[BASE_LANGUAGE]
    crisis = numbers.crisis or words.crisis
    by_text = numbers.crisis is not None and numbers.crisis_by_text
    call = words.call_or_text if by_text else words.call
    number = numbers.emergency or words.number
    return {"number": number, "crisis": crisis, "call_crisis": call.format(crisis=crisis)}


def safety_text(key: str, language: str, discreet: bool = False, /, **params: str) -> str:
    """The words a person reads, in English where `language` has none.

    Numbers that are not given fall back to "your local emergency number" and the like. `KeyError` names a
    key that does not exist or another placeholder that was not given; what the text does not need is ignored.
    """
    text = safety_texts()[key]
    language = language if language in text.say else BASE_LANGUAGE
    said = text.discreet.get(language, text.say[language]) if discreet else text.say[language]
    return said.format_map({**spoken(UNKNOWN, language), **params})


def _tzdata(name: str) -> Traversable:
    return resources.files("tzdata").joinpath("zoneinfo", name)


def _rows(name: str) -> Iterator[list[str]]:
    lines = _tzdata(name).read_text(encoding="utf-8").splitlines()
    yield from (line.split("\t") for line in lines if line and not line.startswith("#"))


@cache
def _links() -> dict[str, str]:
    """Old zone name → the name it stands for."""
    lines = _tzdata("tzdata.zi").read_text(encoding="utf-8").splitlines()
    return {name: target for kind, target, name in (line.split() for line in lines if line[:2] == "L ")}


@cache
def _countries() -> dict[str, str]:
    """Zone → country, for each zone that a country has of its own or shares by an old name with no other."""
    only = {zone: held for held, _, zone, *_ in _rows("zone1970.tab") if "," not in held}
    own = {zone: held for held, _, zone, *_ in _rows("zone.tab")}
    zones = loading.one(Zones, "safety/zones.toml")
    old = {name: only[target] for name, target in _links().items() if target in only}
    found = {**old, **own, **zones.countries}
    return {zone: country for zone, country in found.items() if zone not in zones.no_country}


def country_of(zone: str) -> str | None:
    """The ISO country of an IANA zone (`Europe/London` → `GB`); None for `UTC`, offsets and unknown names.

    Source: zone.tab, zone1970.tab and the links of the tzdata package, and `zones.toml`.
    """
    return _countries().get(zone)
