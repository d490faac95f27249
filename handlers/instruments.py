"""Asking a questionnaire from its file: one question a message, every answer kept as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from content import say
from content.instruments import Instrument, Item, instrument
from content.message import Message
from content.safety_data import alerts
from handlers.asking import Asking, ask, write
from handlers.safety import safe_check
from study import facts, queries, responses
from study.meanwhile import AnsweredMeanwhile
from study.queries import look
from study.responses import Answers, Given, Part
from study.steps import Ask, Conversation, Option, Record, Rows, Say
from study.view import ParticipantView

SKIPS: Mapping[str, facts.ResponseStatus] = {
    "~skip": "skipped",
    "~rather": "rather_not_say",
    "~unknown": "dont_know",
}
"""Buttons that give no value, and the status that is kept for each."""

MOST_BUTTONS = 31
A_WEEK_WIDE = 7
RATING_WIDE = 4
STATEMENTS_WIDE = 3


@dataclass(frozen=True)
class Where:
    """The place of a question: which visit and instrument, how many in, of how many; `since` when it looks back."""

    visit: str
    asked: Instrument
    place: int
    of: int
    since: date | None = None

    @property
    def key(self) -> str:
        """The beginning of the keys of this instrument's steps."""
        return f"{self.visit}.{self.asked.code}"

    def text(self, item: str) -> Message:
        """A text of the instrument by its name in the catalogue."""
        return Message(f"instrument.{self.asked.code}.{item}")

    @property
    def stem(self) -> Message:
        """What is read before the question: with the day since when, where there is one."""
        if self.since is None:
            return self.text("stem")
        return Message(f"instrument.{self.asked.code}.stem_since", {"since": self.since})


def ask_part(me: ParticipantView, visit: str, part: Part, first: int, of: int) -> Asking[Answers]:
    """Ask what has no answer yet; gives all answers to this instrument at this visit, those of other talks too.

    What has been answered by another way since the talk began is not asked. `first` is the place of its first page
    among the `of` questions of the check-in.
    """
    asked = instrument(part.instrument)
    opened = f"{visit}.{asked.code}.{part.items[0]}"
    version = {"visit": visit, "instrument": asked.code, "version": asked.version}
    given: Answers = yield look(f"{opened}.so_far", queries.AnsweredSoFar(**version))
    zone = yield look(f"{opened}.zone", queries.ZoneNow())
    since: date | None = None
    if asked.stem_since is not None:
        since = yield look(f"{opened}.since", queries.LastAnswered(visit=visit, instrument=asked.code))
    here, said_here = me.model_copy(update={"zone": zone}), False
    for number, page in enumerate(part.pages):
        if any(item not in given for item in page):
            where = Where(visit, asked, first + number, of, since)
            meanwhile = yield look(f"{where.key}.{page[0]}.meanwhile", AnsweredMeanwhile(**version, items=page))
            given = {**given, **meanwhile}
            if any(item not in given for item in page):
                given = {**given, **(yield from _ask_page(here, where, page, given))}
                said_here = True
    if said_here and all(item.code in given for item in asked.items):
        yield from tell(here, visit, asked, given)
    return given


def _ask_page(me: ParticipantView, where: Where, page: Sequence[str], given: Answers) -> Asking[Answers]:
    if where.asked.kind == "ticks":
        return (yield from _ask_ticks(me, where, page))
    return (yield from _ask_item(me, where, where.asked.item(page[0]), given))


def _ask_item(me: ParticipantView, where: Where, item: Item, given: Answers) -> Asking[Answers]:
    key = f"{where.key}.{item.code}"
    if not responses.is_due(item, given):
        at = yield queries.now(f"{key}.at")
        told = Given(status="not_asked")
    else:
        shape = f"{where.asked.version}:{item.low}-{item.high}"
        answer = yield from ask(Ask(key, _question(where, item), shape, _buttons(where, item), responses.reads(item)))
        at, told = answer.at, _given(answer.value)
    yield from _keep(me, where, item.code, told, at)
    return {item.code: told}


def _given(value: Any) -> Given:
    return Given(status=SKIPS[value]) if value in SKIPS else Given(value=int(value), status="answered")


def _ask_ticks(me: ParticipantView, where: Where, page: Sequence[str]) -> Asking[Answers]:
    codes = [item.code for item in where.asked.items]
    first = codes.index(page[0]) + 1
    question, rows = _statements(where, page, first)
    reads = responses.reads_ticks(page, first)
    shape = f"{where.asked.version}:ticks"
    answer = yield from ask(Ask(f"{where.key}.{page[0]}", question, shape, rows, reads, ticks=True))
    given: dict[str, Given] = {}
    for code in page:
        skipped = isinstance(answer.value, str)
        given[code] = _given(answer.value) if skipped else Given(value=int(code in answer.value), status="answered")
        yield from _keep(me, where, code, given[code], answer.at)
    return given


def _keep(me: ParticipantView, where: Where, item: str, given: Given, at: datetime) -> Asking[None]:
    kept = facts.Response(
        visit=where.visit,
        instrument=where.asked.code,
        instrument_version=where.asked.version,
        item=item,
        value=given.value,
        status=given.status,
        language=me.language,
        answered_at=at,
        answered_local=me.local(at).isoformat(timespec="seconds"),
        zone=me.zone,
    )
    yield Record(f"{where.key}.{item}.kept", kept)


def _question(where: Where, item: Item) -> Message:
    """The question with its place, the stem where there is one, and what the ends of a scale mean."""
    question, place = where.text(item.code), {"place": where.place, "of": where.of}
    if where.asked.stem is not None:
        question = say.check_in.with_stem(stem=where.stem, question=question)
    if item.options or where.asked.options:
        return say.check_in.question(question=question, **place)
    ends = {"low": item.low, "high": item.high}
    if item.low_anchor is not None and item.high_anchor is not None:
        labels = {"low_label": where.text(f"{item.code}.low"), "high_label": where.text(f"{item.code}.high")}
        return say.check_in.scale(question=question, **place, **ends, **labels)
    worded = say.check_in.number if _has_buttons(item) else say.check_in.typed
    return worded(question=question, **place, **ends)


def _has_buttons(item: Item) -> bool:
    return item.high - item.low < MOST_BUTTONS


def _buttons(where: Where, item: Item) -> Rows:
    """The answers as buttons, then the ways to give none; nothing is chosen beforehand."""
    unknown: Rows = ((Option("~unknown", say.check_in.dont_know_button()),),) if item.dont_know else ()
    return (*_values(where, item), *unknown, _none())


def _none() -> tuple[Option, ...]:
    return (
        Option("~skip", say.button.skip(), answers=True),
        Option("~rather", say.button.rather_not_say(), answers=True),
    )


def _values(where: Where, item: Item) -> Rows:
    if item.options:
        return tuple((Option(str(o.value), where.text(f"{item.code}.{o.value}")),) for o in item.options)
    if where.asked.options:
        return tuple((Option(str(o.value), where.text(f"option.{o.value}")),) for o in where.asked.options)
    if not _has_buttons(item):
        return ()
    width = RATING_WIDE if item.high - item.low <= responses.RATING else A_WEEK_WIDE
    return _in_rows([Option(str(n), str(n)) for n in range(item.low, item.high + 1)], width)


def _in_rows(options: Sequence[Option], width: int) -> Rows:
    return tuple(tuple(options[at : at + width]) for at in range(0, len(options), width))


def _statements(where: Where, page: Sequence[str], first: int) -> tuple[Message, Rows]:
    """A page of a list to tick: long statements stand in the message and have their numbers on the buttons."""
    stem, place = where.stem, {"place": where.place, "of": where.of}
    if not responses.in_sentences(where.asked):
        ticks: Rows = tuple((Option(code, where.text(code)),) for code in page)
        return say.check_in.list(stem=stem, **place), (*ticks, _none())
    numbered = list(enumerate(page, start=first))
    lines = [say.check_in.line(n=number, text=where.text(code)) for number, code in numbered]
    numbers = _in_rows([Option(code, str(number)) for number, code in numbered], STATEMENTS_WIDE)
    all_lines = reduce(lambda above, line: say.check_in.lines(first=above, rest=line), lines)
    return say.check_in.sentences(stem=stem, lines=all_lines, **place), (*numbers, _none())


def tell(me: ParticipantView, visit: str, asked: Instrument, given: Answers) -> Conversation:
    """What follows from a finished instrument: staff are told, and the person reads where help is."""
    key = f"{visit}.{asked.code}"
    if responses.signals(asked.code, visit, given):
        before = yield look(
            f"{key}.before", queries.AnsweredBefore(visit=visit, instrument=asked.code, version=asked.version)
        )
        for signal in responses.signals(asked.code, visit, given, before):
            yield from _signal(me, f"{key}.{signal.rule}", signal)
    for item, serious in responses.events(asked.code, given):
        yield from _event(me, f"{key}.{item.code}", asked, item, serious)
    if responses.events(asked.code, given):
        yield Say(f"{key}.told", say.check_in.events_told())


def _signal(me: ParticipantView, key: str, signal: responses.Signal) -> Conversation:
    rule = alerts().rules[signal.rule]
    at = yield queries.now(f"{key}.at")
    if signal.new:
        yield Record(
            f"{key}.alert", facts.AlertRaised(rule=signal.rule, event_at=at, detail=signal.detail), barrier=True
        )
    if rule.text is not None:
        yield Say(f"{key}.text", Message(f"safety.{rule.text}"), urgent=rule.tier <= URGENT)
    if signal.new:
        yield Say(f"{key}.told", say.check_in.told())
    if rule.tier <= URGENT:
        yield from safe_check(me, alerted=True)


URGENT = 1


def _event(me: ParticipantView, key: str, asked: Instrument, item: Item, serious: bool) -> Conversation:
    """An unwanted event that was ticked: a few words of the person's own, and it is written down."""
    name = Message(f"instrument.{asked.code}.{item.code}")
    words = yield from write(f"{key}.words", say.check_in.event_words(event=name))
    at = yield queries.now(f"{key}.aware_at")
    label = item.text["en"] if item.text is not None else item.code
    event = facts.AdverseEvent(
        description=f"{label}: {words}" if words else label,
        related_to=None,
        serious=True if serious else None,
        aware_at=at,
    )
    yield Record(f"{key}.event", event, barrier=True)
