"""Safety words, sayings and alert rules as data: schema and loader of `content/safety/`.

`words.toml` explains how a phrase is written. What a person then reads is in `content.safety_texts`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from content import loading

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE_LANGUAGE = "en"
"""Always looked at, whatever language a person has chosen."""

GAP = ".."
CLASS = re.compile(r"<([a-z_]+)>")
WORD = re.compile(r"#\d+|[^\W_]+(?:['_][^\W_]+)*")
FOUND_IN_WORDS = "words"

Rule = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Phrases = tuple[str, ...]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _mistake(phrase: str, classes: Iterable[str]) -> str | None:
    """What is wrong with the way a phrase is written, or nothing."""
    parts = phrase.split()
    if not parts or GAP in (parts[0], parts[-1]):
        return "a phrase begins and ends with a word"
    for part in parts:
        for choice in () if part == GAP else part.split("|"):
            named = CLASS.fullmatch(choice)
            if named and named[1] not in classes:
                return f"no class <{named[1]}>"
            if not named and not WORD.fullmatch(choice):
                return f"not a word: {choice!r}"
    return None


class Words(_Frozen):
    """The safety words of one language; `reviewed` says whether a clinician of the site has read them."""

    reviewed: bool
    fillers: Phrases
    misspelt: tuple[Annotated[str, Field(min_length=6)], ...] = ()
    not_typos: Phrases = ()
    spellings: dict[str, str] = {}
    classes: dict[str, Phrases] = {}
    rules: dict[Rule, Phrases]
    joined: dict[Rule, Phrases] = {}

    @model_validator(mode="after")
    def _phrases_are_well_written(self) -> Words:
        for rule, phrases in self.rules.items():
            for phrase in phrases:
                if mistake := _mistake(phrase, self.classes):
                    raise ValueError(f"{rule}, {phrase!r}: {mistake}")
        for rule, runs in self.joined.items():
            if rule not in self.rules or not all(run.isalpha() and len(run) >= 6 for run in runs):
                raise ValueError(f"joined {rule}: a known rule, six letters or more, letters only")
        return self


class Sayings(_Frozen):
    """The sayings of one language: asked about and hiding, asked about only, hiding only."""

    figures: Phrases
    unclear: Phrases = ()
    harmless: Phrases = ()


class _AllWords(RootModel[dict[str, Words]]):
    model_config = ConfigDict(frozen=True)


class _AllSayings(RootModel[dict[str, Sayings]]):
    model_config = ConfigDict(frozen=True)


class Tier(_Frozen):
    """How fast a human answers; `escalate_minutes`: when an alert nobody took goes to a second contact."""

    name: str
    respond: str
    escalate_minutes: Annotated[int, Field(gt=0)] | None = None
    source: str


class AlertRule(_Frozen):
    """What raises an alert and what follows.

    `found_in` says who finds it: safety words, an answer, the dose log, staff, or the program itself.
    `label` is for the staff page; `notice` may cross a channel that others can see and says nothing clinical.
    `respond` says how fast where a rule is quicker than its tier; `task` what staff do where it is always the same.
    `text` is the key of the reply in `texts.toml`; `hold` says whether messages stop at once or on offer.
    """

    tier: Annotated[int, Field(ge=0, le=3)]
    version: Annotated[int, Field(ge=1)]
    found_in: Literal["words", "answer", "log", "staff", "system"]
    label: str
    notice: str
    respond: str | None = None
    task: str | None = None
    text: str | None = None
    hold: Literal["now", "offer"] | None = None
    menu: str | None = None
    blocks_unsolicited: bool
    source: str

    @model_validator(mode="after")
    def _urgent_alerts_silence_the_rest(self) -> AlertRule:
        if self.blocks_unsolicited != (self.tier <= 1):
            raise ValueError("tier 0 and 1 block unsolicited messages, tier 2 and 3 do not")
        if self.found_in == FOUND_IN_WORDS and self.text is None:
            raise ValueError("a rule found in words needs the text that answers it")
        return self


class Alerts(_Frozen):
    """All tiers and alert rules, in the order in which hits of the same tier are answered."""

    tiers: dict[str, Tier]
    rules: dict[Rule, AlertRule]

    @model_validator(mode="after")
    def _each_tier_is_described(self) -> Alerts:
        if set(self.tiers) != {"0", "1", "2", "3"}:
            raise ValueError("tiers are 0, 1, 2 and 3")
        return self


def _refuse_gaps(words: dict[str, Words], alerts: Alerts) -> None:
    """Every rule found in words has English words; another language has at least those of tier 0 and 1."""
    wanted = {rule: found.tier for rule, found in alerts.rules.items() if found.found_in == FOUND_IN_WORDS}
    for language, listed in words.items():
        needed = {rule for rule, tier in wanted.items() if language == BASE_LANGUAGE or tier <= 1}
        reasons = [f"{language}: no words for {rule}" for rule in sorted(needed - set(listed.rules))]
        reasons += [f"{language}: {rule} is no alert rule" for rule in sorted(set(listed.rules) - set(wanted))]
        if reasons:
            raise loading.ContentRefused("safety/words.toml", reasons)


@cache
def alerts() -> Alerts:
    """Tiers and alert rules of `alerts.toml`; `ContentRefused` when it cannot be used."""
    return loading.one(Alerts, "safety/alerts.toml")


@cache
def safety_words() -> dict[str, Words]:
    """Language → its safety words, English always among them; `ContentRefused` when they cannot be used."""
    words = loading.one(_AllWords, "safety/words.toml").root
    if BASE_LANGUAGE not in words:
        raise loading.ContentRefused("safety/words.toml", ["no English words"])
    _refuse_gaps(words, alerts())
    return words


@cache
def sayings() -> dict[str, Sayings]:
    """Language → its sayings; `ContentRefused` for a language without words or a phrase written wrongly."""
    found = loading.one(_AllSayings, "safety/idioms.toml").root
    reasons = [f"{language}: no safety words" for language in found if language not in safety_words()]
    for language, listed in found.items():
        classes = safety_words()[language].classes if language in safety_words() else {}
        for phrase in (*listed.figures, *listed.unclear, *listed.harmless):
            if mistake := _mistake(phrase, classes):
                reasons.append(f"{language}, {phrase!r}: {mistake}")
    if reasons:
        raise loading.ContentRefused("safety/idioms.toml", reasons)
    return found
