"""What a check-in asks, in which order, and what its answers amount to: pages, skip rules, completeness, signals.

All of it is pure: the same instruments and answers give the same pages. Scores are made in `study.scoring`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from content import say
from content.instruments import instrument
from content.instruments import instruments as known
from content.medicines import limit
from study import reading
from study.facts import ResponseStatus
from study.scoring import AnswerRefused, Score, score
from study.steps import NotUnderstood, Reader

if TYPE_CHECKING:
    from content.instruments import Flag, Instrument, Item

Mode: TypeAlias = Literal["full", "core"]

ON_A_PAGE = 6
"""Statements of a tick list on one page; four pages make the RMDQ's 24."""

TICKED_ON_AVERAGE = 3
"""Of so many statements about one is ticked: only used to say beforehand how many taps it will be."""

RATING = 10


class Given(BaseModel):
    """What was said to one item: a whole number, or the status that says why there is none."""

    model_config = ConfigDict(frozen=True)

    value: int | None = None
    status: ResponseStatus


Answers: TypeAlias = Mapping[str, Given]
"""By item of one instrument."""


@dataclass(frozen=True)
class Part:
    """What is asked of one instrument in a row: pages of items, one question a page, or its calendar of days."""

    instrument: str
    pages: tuple[tuple[str, ...], ...] = ()
    calendar: bool = False

    @property
    def items(self) -> tuple[str, ...]:
        """The items in the order they are asked."""
        return tuple(item for page in self.pages for item in page)


@dataclass(frozen=True)
class Effort:
    """What a check-in will take: questions, about how many taps, about how many minutes."""

    questions: int
    taps: int
    minutes: int


@dataclass(frozen=True)
class Signal:
    """Something an answer or score says that staff are told by an alert rule; `new` when they have not been yet."""

    rule: str
    detail: str
    new: bool


def parts(
    visit: str, instruments: Sequence[str], core: Sequence[str] = (), *, mode: Mode = "full", staffed: bool = False
) -> tuple[Part, ...]:
    """What is asked at a visit, in order: the core first, then the rest of the instruments in the order given.

    Entries name an instrument (`peg`) or one item (`nrs4.average`). In mode `core` only the core is asked; without one
    the instruments themselves are it; in full, what a site brought the wording of for this visit comes last. An
    instrument that needs somebody on call is left out where nobody is, as is one whose text is not there or that this
    visit does not have. `KeyError` for an unknown name.
    """
    wanted = (core or instruments) if mode == "core" else (*core, *instruments, *_brought(visit))
    once = dict.fromkeys(each for entry in wanted for each in _named(entry))
    found = groupby(once, key=lambda each: (each[0], each[1] is None))
    every = (_part(instrument(code), [item for _, item in group]) for (code, _), group in found)
    return tuple(part for part in every if is_asked(instrument(part.instrument), visit, staffed=staffed))


def _brought(visit: str) -> Iterator[str]:
    return (code for code, each in known().items() if visit in each.asked_at)


def _named(entry: str) -> Iterator[tuple[str, str | None]]:
    """The items an entry stands for, each with its instrument; a calendar comes as no item."""
    name, _, item = entry.partition(".")
    asked = instrument(name)
    if item:
        yield asked.code, asked.item(item).code
        return
    for each in asked.items:
        yield asked.code, each.code
    if asked.calendar:
        yield asked.code, None


def is_asked(asked: Instrument, visit: str, *, staffed: bool) -> bool:
    """True for an instrument whose text is there, that the visit has, and whose answers somebody can act on."""
    return asked.text_included and visit not in asked.not_at and (staffed or not asked.needs_on_call)


def _part(asked: Instrument, named: Sequence[str | None]) -> Part:
    items = [item for item in named if item is not None]
    if not items:
        return Part(asked.code, calendar=True)
    size = 1 if asked.kind != "ticks" else ON_A_PAGE if _is_long(asked) else len(items)
    return Part(asked.code, tuple(tuple(items[at : at + size]) for at in range(0, len(items), size)))


def _is_long(asked: Instrument) -> bool:
    """True for a list of whole sentences, which stand in the message and not on the buttons."""
    letters = limit("button_letters")
    return any(item.text is not None and len(item.text["en"]) > letters for item in asked.items)


def in_sentences(asked: Instrument) -> bool:
    """True when the statements of a tick list stand in the message, with their numbers on the buttons."""
    return asked.kind == "ticks" and _is_long(asked)


def effort(asked: Iterable[Part], calendar_pages: int = 0) -> Effort:
    """What the parts will take; `calendar_pages` is the number of pages of the calendar."""
    listed = list(asked)
    questions = sum(len(part.pages) for part in listed) + calendar_pages
    ticks = sum(len(page) for part in listed for page in part.pages if len(page) > 1)
    taps = questions + ticks // TICKED_ON_AVERAGE
    rounded = taps if taps <= RATING else 5 * math.ceil(taps / 5)
    return Effort(questions, rounded, max(1, round(taps * limit("seconds_a_tap") / 60)))


def is_due(item: Item, answers: Answers) -> bool:
    """True when an item is to be asked after these answers; an item that follows others only when one is above 0."""
    first = [answers.get(code) for code in item.asked_when_above_zero]
    return not first or any(given is not None and (given.value or 0) > 0 for given in first)


def values(answers: Answers) -> dict[str, int | None]:
    """The answers as scores are made of them: no value but an answered one."""
    return {code: given.value if given.status == "answered" else None for code, given in answers.items()}


def scores(code: str, answers: Answers, version: str) -> tuple[Score, ...]:
    """The scores of an instrument's answers; of another version of it, none can be made by this one's rules."""
    asked = instrument(code)
    try:
        if version == asked.version:
            return score(code, values(answers))
    except AnswerRefused:
        pass
    return tuple(
        Score(rule.name, None, len(rule.items), "other_version", asked.scorer_version) for rule in asked.scores
    )


def is_complete(asked: Iterable[Part], given: Mapping[str, Answers], core: Sequence[str] = ()) -> bool:
    """True when every item asked has an answer of some kind, and every item of the core a value."""
    reached = all(item in given.get(part.instrument, {}) for part in asked for item in part.items)
    names = [each for entry in core for each in _named(entry)]
    first = [given.get(code, {}).get(item) for code, item in names if item is not None]
    return reached and all(answer is not None and answer.status == "answered" for answer in first)


def signals(code: str, visit: str, answers: Answers, before: Sequence[Answers] = ()) -> tuple[Signal, ...]:
    """What staff are told about an instrument's answers, one signal a rule; `before` are earlier visits, oldest first.

    A score is told the first time it is over its limit, and again once it is worse by so much. An answer that is
    expected at a visit is a signal that is not new.
    """
    asked = instrument(code)
    found = [*_by_item(asked, visit, answers), *_by_score(asked, visit, answers, before)]
    rules = list(dict.fromkeys(each.rule for each in found))
    return tuple(_together(rule, [each for each in found if each.rule == rule]) for rule in rules)


def _together(rule: str, found: Sequence[Signal]) -> Signal:
    return Signal(rule, ", ".join(each.detail for each in found), any(each.new for each in found))


def _by_item(asked: Instrument, visit: str, answers: Answers) -> Iterator[Signal]:
    for flag in asked.item_flags:
        value = values(answers).get(flag.item)
        if flag.alert is not None and value is not None and value >= flag.at_least:
            yield Signal(flag.alert, f"{asked.code}.{flag.item} {value}", visit not in flag.no_alert_at)


def _by_score(asked: Instrument, visit: str, answers: Answers, before: Sequence[Answers]) -> Iterator[Signal]:
    now = {each.name: each.value for each in score(asked.code, values(answers))}
    earlier = [{each.name: each.value for each in score(asked.code, values(given))} for given in before]
    for rule in asked.scores:
        value = now[rule.name]
        for flag in rule.flags:
            if flag.alert is not None and value is not None and flag.raised(value):
                told = [then for each in earlier if (then := each[rule.name]) is not None]
                news = visit not in flag.no_alert_at and _is_news(flag, value, told)
                yield Signal(flag.alert, f"{rule.name} {value:g}", news)


def _is_news(flag: Flag, value: float, told: Sequence[float]) -> bool:
    if not any(flag.raised(then) for then in told):
        return True
    return flag.worse_by is not None and value >= told[-1] + flag.worse_by


def events(code: str, answers: Answers) -> tuple[tuple[Item, bool], ...]:
    """The unwanted events that were ticked, each with whether it counts as serious until staff have looked."""
    asked = instrument(code)
    if not asked.events:
        return ()
    serious = {flag.item for flag in asked.item_flags if flag.code == "serious"}
    ticked = [item for item in asked.items if values(answers).get(item.code)]
    return tuple((item, item.code in serious) for item in ticked)


_number = re.compile(r"(?:about|around|maybe|roughly|~)?\s*(\d{1,4})\s*(?:days?|years?|times?)?\s*[.!]*")
_range = re.compile(r"\d\s*(?:-|–|to|or)\s*\d")


def reads(item: Item) -> Reader:
    """Understands a whole number of an item's range as typed; 0-10 as ratings are ("7/10", "about 6", "seven")."""
    if (item.low, item.high) == (0, RATING):
        return reading.rating

    def read(text: str) -> int | NotUnderstood:
        typed = " ".join(text.lower().split())
        if _range.search(typed):
            return NotUnderstood(say.reading.rating_one())
        found = _number.fullmatch(typed)
        value = int(found.group(1)) if found else reading.WORDS.get(typed)
        if value is None or not item.low <= value <= item.high:
            why = say.check_in.whole(low=item.low, high=item.high)
            return NotUnderstood(why, keep=value is None and len(typed.split()) >= reading.SENTENCE_WORDS)
        return value

    return read


def reads_ticks(codes: Sequence[str], first: int) -> Reader:
    """Understands the numbers of statements as typed ("1, 3 and 5", "none"), the first of the page being `first`."""

    def read(text: str) -> list[str] | NotUnderstood:
        typed = " ".join(text.lower().split()).rstrip(".!")
        if typed in ("none", "no", "none of them", "none of these"):
            return []
        if not re.fullmatch(r"\d{1,2}(?:(?:\s*,\s*|\s+and\s+|\s+)\d{1,2})*", typed):
            return NotUnderstood(say.reading.choose(), keep=len(typed.split()) >= reading.SENTENCE_WORDS)
        places = sorted({int(number) - first for number in re.findall(r"\d+", typed)})
        if any(not 0 <= place < len(codes) for place in places):
            return NotUnderstood(say.check_in.numbers(low=first, high=first + len(codes) - 1))
        return [codes[place] for place in places]

    return read
