"""A break: some days without messages that nobody asked for."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from content import say
from content.medicines import limit
from content.message import Message
from handlers.asking import Asking, choose, typed
from study import queries, reading
from study.facts import BreakTaken
from study.queries import Standing, look
from study.steps import Conversation, NotUnderstood, Option, Record, Say
from study.view import ParticipantView, instant_of

OFFERED = (1, 3, 7, 14)
WORDS = {"a day": 1, "a week": 7, "one week": 7, "two weeks": 14, "end": 0, "over": 0}


def take_break(me: ParticipantView, said: str = "") -> Conversation:
    """Days from today, tapped, typed or sent with the command; none ends a break."""
    standing: Standing = yield look("standing", queries.StandingNow())
    given = days_typed(said) if said else None
    days = given if isinstance(given, int) else (yield from _days(me, standing))
    at = yield queries.now("chosen_at")
    if days == 0 and standing.break_until is None:
        yield Say("none", say.breaks.none())
    elif days == 0:
        yield Record("break", BreakTaken(days=0, until=at))
        yield Say("ended", say.breaks.ended())
    else:
        until = end_of_break(me, at, days)
        yield Record("break", BreakTaken(days=days, until=until))
        yield Say("taken", say.breaks.taken(day=me.local(until).date()))
        moved: str | None = yield look("moved", queries.VisitDueUntil(until=until))
        if moved is not None:
            name = Message(f"visit.name_{moved}")
            yield Say("moved_said", say.visit.moves(name=name, day=me.local(until).date()))
        closing: dict[str, str] | None = yield look("closing", queries.VisitClosingBy(until=until))
        if closing is not None:
            last = me.local(datetime.fromisoformat(closing["closes_at"]) - timedelta(minutes=1)).date()
            name = Message(f"visit.name_{closing['visit']}")
            yield Say("closing_said", say.visit.closes(name=name, day=last))


def end_of_break(me: ParticipantView, at: datetime, days: int) -> datetime:
    """The instant a break of so many days ends: where the study day begins on the day after it."""
    begins = time(int(limit("study_day_ends_at_hour")))
    return instant_of(datetime.combine(me.local(at).date() + timedelta(days=days), begins), me.zone)


def _days(me: ParticipantView, standing: Standing) -> Asking[int]:
    options = [Option(str(n), say.breaks.days_button(n=n)) for n in OFFERED]
    options.append(Option("other", say.breaks.other_button()))
    question = say.breaks.days()
    if standing.break_until is not None:
        question = say.breaks.days_on(day=me.local(standing.break_until).date())
        options.append(Option("0", say.breaks.end_button()))
    choice = yield from choose("days", question, options, reads=days_typed)
    if choice == "other":
        choice = yield from typed("days.other", say.breaks.how_many(most=_most()), days_typed, "days@1")
    return int(choice)


def _most() -> int:
    return int(limit("longest_break_days"))


def days_typed(text: str) -> int | NotUnderstood:
    """Days as typed, 0 to the longest break: "3", "3 days", "a week"."""
    words = " ".join(text.lower().split()).removesuffix(".")
    bare = words.removesuffix("days").removesuffix("day").strip()
    if words in WORDS:
        return WORDS[words]
    days = int(bare) if bare.isdecimal() else reading.WORDS.get(bare)
    if days is None or not 0 <= days <= _most():
        return NotUnderstood(say.breaks.not_days(most=_most()), keep=len(words.split()) > reading.SENTENCE_WORDS)
    return days
