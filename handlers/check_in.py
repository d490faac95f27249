"""A check-in: what it is, then its questionnaires, the core first. Every answer is kept as it comes.

A check-in can be left anywhere and gone on with days later; one begun again asks only what has no answer yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from content import say
from content.message import Message
from handlers.asking import choose
from handlers.instruments import ask_part
from handlers.tlfb import ask_calendar, pages
from study import facts, queries, responses
from study.looking_back import days_open
from study.queries import Calendar, look
from study.responses import Answers, Mode, Part
from study.steps import Conversation, Option, Record, Say
from study.view import ParticipantView


def check_in(
    me: ParticipantView,
    visit: str,
    mode: Mode = "full",
    instruments: Sequence[str] = (),
    core: Sequence[str] = (),
    closes_at: str | None = None,
) -> Conversation:
    """Ask the instruments of a visit; in mode `core` only the short core, so that the visit is not lost.

    Entries are instruments (`peg`) or single items (`nrs4.average`), as the protocol names them. `closes_at` ends the
    life of the talk; later answers come through `late_check_in`.
    """
    staffed: bool = yield look("staffed", queries.Staffed())
    asked = responses.parts(visit, instruments, core, mode=mode, staffed=staffed)
    calendar: Calendar | None = None
    if any(part.calendar for part in asked):
        calendar = yield look("calendar", queries.CalendarOf(visit=visit))
    looking_back = len(pages(calendar)) if calendar is not None else 0
    effort = responses.effort(asked, looking_back)
    before: tuple[str, ...] = yield look("before", queries.AnsweredItems(visit=visit))
    left = _is_left(asked, calendar, before)
    if left:
        yield Say("intro", _intro(mode, effort, before))
    given: dict[str, Answers] = {}
    place = 1
    for part in asked:
        if part.calendar and calendar is not None:
            yield from ask_calendar(me, visit, calendar, place, effort.questions)
            place += looking_back
        else:
            given[part.instrument] = yield from ask_part(me, visit, part, place, effort.questions)
            place += len(part.pages)
    at = yield queries.now("finished_at")
    complete = mode == "full" and responses.is_complete(asked, given, core)
    yield Record("finished", facts.CheckInFinished(visit=visit, complete=complete, at=at))
    thanks = say.check_in.finished() if mode == "full" else say.check_in.finished_core()
    yield Say("thanks", thanks if left else say.check_in.nothing())


def _is_left(asked: Sequence[Part], calendar: Calendar | None, before: Sequence[str]) -> bool:
    """True when something of the check-in has no answer yet."""
    open_items = any(f"{part.instrument}.{item}" not in before for part in asked for item in part.items)
    return open_items or (calendar is not None and bool(days_open(calendar)))


def _intro(mode: Mode, effort: responses.Effort, before: Sequence[str]) -> Message:
    if before:
        return say.check_in.intro_again()
    if effort.taps == 1:
        return say.check_in.intro_one()
    worded = say.check_in.intro if mode == "full" else say.check_in.intro_core
    return worded(taps=effort.taps, minutes=effort.minutes)


def late_check_in(me: ParticipantView, log: Sequence[dict[str, Any]], conversation: int) -> Conversation:
    """A button of a check-in that was left or whose time is over: its rest may still be answered.

    `log` holds the replies of that talk; what it was begun with stands in the first.
    """
    begun: dict[str, Any] = log[0]["value"]["args"]
    while "log" in begun:
        begun = begun["log"][0]["value"]["args"]
    at: datetime = yield queries.now("tapped_at")
    closes_at = begun.get("closes_at")
    over = closes_at is not None and datetime.fromisoformat(closes_at) <= at
    options = (Option("go_on", say.talk.go_on_button()), Option("leave", say.talk.leave_button()))
    question = say.check_in.late() if over else say.check_in.left_off()
    if (yield from choose("late", question, (options,))) == "leave":
        yield Say("left", say.talk.left())
        return
    yield from check_in(me, **begun)
