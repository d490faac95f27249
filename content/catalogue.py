"""The message catalogue: every text a participant can read, checked when the program starts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from pydantic import BaseModel, ConfigDict, model_validator

from content import loading
from content.exercises import exercises
from content.instruments import instruments
from content.message import Message, Param
from content.safety_texts import safety_texts
from content.sessions import lesson_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from content.instruments import Item
    from content.instruments import Option as Choice

LANGUAGES = ("en",)
"""Languages with a complete catalogue; the first is the one every text exists in."""

AMBIENT = frozenset({"emergency", "number", "crisis", "call_crisis", "watching"})
"""Placeholders the shell fills in every text: the numbers to call, and who reads this chat at this hour."""

TELEGRAM_LIMIT = 4096
BUTTON_LIMIT = 40
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
Single = Literal["leads", "part", "question", "safety", "seldom"]
"""Why one wording is enough: other lines that vary lead it; it is part of another text; it asks for data, in the same
words each time; what it says about help or a label is read as it was approved; it is not read often."""

SPOKEN_ALOUD = re.compile(r"\b(pain|painful|opioids?)\b", re.IGNORECASE)


class Text(BaseModel):
    """One message: a text per language, its plural forms, and what a lock screen may show instead.

    `plural` names the placeholder that decides the form; `limit` is the longest it may be, in characters;
    `plain = true` lets a text keep words that the discreet mode hides (read before the mode can be chosen).
    `variants` are further wordings of the same line, by language; `single` says why a line of a talk people have every
    day or week has one wording all the same (`content.frequent`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str | dict[str, str]
    discreet: dict[str, str] = {}
    plural: str | None = None
    limit: int = TELEGRAM_LIMIT
    plain: bool = False
    variants: dict[str, tuple[str, ...]] = {}
    single: Single | None = None
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Text:
        for language in LANGUAGES:
            for form in self.every_form(language):
                self._check(form, language)
        if self.variants and self.plural is not None:
            raise ValueError("a text with plural forms has no variants: the number is a message of its own")
        for language, form in self.discreet.items():
            if SPOKEN_ALOUD.search(form):
                raise ValueError(f"the discreet text in {language} says a word it is there to hide")
            if set(PLACEHOLDER.findall(form)) - self.placeholders:
                raise ValueError("the discreet text has a placeholder the text does not have")
        return self

    def _check(self, form: str, language: str) -> None:
        if not form.strip() or len(form) > self.limit:
            raise ValueError(f"text in {language} is empty or over {self.limit} characters")
        if set(PLACEHOLDER.findall(form)) - self.placeholders:
            raise ValueError(f"the forms in {language} have different placeholders")
        if SPOKEN_ALOUD.search(form) and language not in self.discreet and not self.plain:
            raise ValueError(f"says 'pain' or 'opioid' and has no discreet text in {language}")

    def forms(self, language: str) -> dict[str, str]:
        """Plural form → text in one language; a text without plural has the form `other` only."""
        text = getattr(self, language)
        return text if isinstance(text, dict) else {"other": text}

    def every_form(self, language: str) -> tuple[str, ...]:
        """Every wording in one language, the variants too: what has to be checked and reviewed."""
        return (*self.forms(language).values(), *self.variants.get(language, ()))

    @property
    def wordings(self) -> int:
        """How many wordings of the same line there are in every language."""
        return 1 + min((len(self.variants.get(language, ())) for language in LANGUAGES), default=0)

    @property
    def placeholders(self) -> frozenset[str]:
        """Names between braces in the English text."""
        found = {name for form in self.forms("en").values() for name in PLACEHOLDER.findall(form)}
        return frozenset(found | ({self.plural} if self.plural else set()))


class Catalogue:
    """All texts by key; `render` gives the sentence a person reads."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self.texts = dict(texts)
        digest = hashlib.sha256()
        for key in sorted(self.texts):
            digest.update(f"{key}\n{self.texts[key].model_dump_json()}\n".encode())
        self.version = digest.hexdigest()[:12]

    def worded(self, message: Message, draw: Callable[[int], int]) -> Message:
        """The message with a wording for each line of it that leaves it open; `draw` gives a number below its own."""
        params = {n: self.worded(v, draw) if isinstance(v, Message) else v for n, v in message.params.items()}
        wordings = self.texts[message.key].wordings
        drawn = draw(wordings) if message.variant is None and wordings > 1 else message.variant
        return replace(message, params=params, variant=drawn)

    def render(
        self,
        message: Message,
        language: str,
        *,
        discreet: bool = False,
        ambient: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """The text of `message`; `KeyError` for a key or placeholder the catalogue does not know."""
        text = self.texts[message.key]
        language = language if language in LANGUAGES else LANGUAGES[0]
        form = self._form(text, message, language, discreet)
        if "{" not in form:
            return form
        locale = _locale("en_US" if language == "en" else language)
        values = dict(ambient) | {
            name: self._written(value, locale, language, discreet) for name, value in message.params.items()
        }
        return PLACEHOLDER.sub(lambda match: values[match.group(1)], form)

    def _form(self, text: Text, message: Message, language: str, discreet: bool) -> str:
        if discreet and language in text.discreet:
            return text.discreet[language]
        forms = text.forms(language)
        if text.plural is None:
            return text.every_form(language)[message.variant or 0]
        number = message.params[text.plural]
        rule = _locale(language).plural_form(number if isinstance(number, int | float) else 0)
        return forms.get(rule, forms["other"])

    def _written(self, value: Param, locale: Locale, language: str, discreet: bool) -> str:
        match value:
            case Message():
                return self.render(value, language, discreet=discreet)
            case datetime():
                day = format_date(value.date(), "EEE d MMM", locale=locale)
                return f"{day}, {format_time(value.time(), 'short', locale=locale)}"
            case date():
                return format_date(value, "EEEE d MMMM", locale=locale)
            case time():
                return format_time(value, "short", locale=locale)
            case float() | int():
                return _number(value, locale)
            case _:
                return value


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@lru_cache(maxsize=1000)
def _number(value: float, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


def _flat(prefix: str, tables: Mapping[str, Any], file: str) -> dict[str, Text]:
    return {f"{prefix}.{name}": loading.checked(Text, table, f"{file} [{name}]") for name, table in tables.items()}


@cache
def catalogue() -> Catalogue:
    """The catalogue of this release: messages, questionnaires, exercise steps and safety texts together."""
    texts: dict[str, Text] = {}
    for file in loading.files("messages"):
        texts |= _flat(file.name.removesuffix(".toml"), loading.read(file), file.name)
    return Catalogue(texts | dict(_safety()) | dict(_exercises()) | dict(_lessons()) | dict(_instruments()))


def _safety() -> Iterator[tuple[str, Text]]:
    for key, text in safety_texts().items():
        yield f"safety.{key}", Text(en=text.say["en"].strip(), discreet=text.discreet)


def _exercises() -> Iterator[tuple[str, Text]]:
    for exercise in exercises().values():
        where = f"exercise.{exercise.id}"
        yield f"{where}.title", Text(en=exercise.title["en"], discreet=dict(exercise.title_discreet))
        for step in exercise.steps:
            yield f"{where}.{step.key}", Text(en=step.say["en"], discreet=dict(step.say_discreet))
            for option in step.options:
                yield f"{where}.{step.key}.{option.code}", Text(en=option.label["en"])


def _lessons() -> Iterator[tuple[str, Text]]:
    """Sessions and boosters of both arms."""
    for key, words, discreet, is_button in lesson_texts():
        limit = BUTTON_LIMIT if is_button else TELEGRAM_LIMIT
        yield key, Text(en=words["en"], discreet=dict(discreet), limit=limit)


def _instruments() -> Iterator[tuple[str, Text]]:
    """Questionnaires whose text is there: stems, items, the labels at both ends, and what can be chosen."""
    for each in instruments().values():
        if not each.text_included:
            continue
        where, fixed = f"instrument.{each.code}", each.fixed_wording
        if each.stem is not None:
            yield f"{where}.stem", Text(en=each.stem["en"], discreet=dict(each.stem_discreet), plain=fixed)
        if each.stem_since is not None:
            yield f"{where}.stem_since", Text(en=each.stem_since["en"], plain=fixed)
        yield from _choices(f"{where}.option", each.options, fixed)
        for item in each.items:
            yield from _item(f"{where}.{item.code}", item, fixed)


def _item(where: str, item: Item, fixed: bool) -> Iterator[tuple[str, Text]]:
    texts = (
        ("", item.text, item.text_discreet),
        (".low", item.low_anchor, item.low_anchor_discreet),
        (".high", item.high_anchor, item.high_anchor_discreet),
    )
    for ending, words, discreet in texts:
        if words is not None:
            yield f"{where}{ending}", Text(en=words["en"], discreet=dict(discreet), plain=fixed)
    yield from _choices(where, item.options, fixed)


def _choices(where: str, options: tuple[Choice, ...], fixed: bool) -> Iterator[tuple[str, Text]]:
    for option in options:
        yield (
            f"{where}.{option.value}",
            Text(en=option.label["en"], discreet=dict(option.label_discreet), plain=fixed, limit=BUTTON_LIMIT),
        )
