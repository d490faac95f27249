"""Away from home: another zone from one day to another, shown, changed and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count as counting

from content import say
from content.medicines import limit
from content.message import Message
from handlers.asking import Asking, choose, typed
from handlers.enrol import choose_zone
from study import queries, reading
from study.facts import TravelPlanned
from study.places import city_of
from study.queries import Travelling, look
from study.steps import Conversation, NotUnderstood, Option, Record, Say, Void
from study.view import ParticipantView

OPEN = "unknown"


def travel(me: ParticipantView) -> Conversation:
    """A travel is planned, or the one that is on is changed."""
    at: datetime = yield queries.now("asked_at")
    found: Travelling | None = yield look("travel", queries.TravelNow())
    if found is None:
        yield from _plan(me, me.local(at).date())
    else:
        yield from _change(found, me.local(at).date())


def _plan(me: ParticipantView, today: date) -> Conversation:
    zone = yield from choose_zone("zone", say.travel.where())
    start = yield from _first_day(today)
    back = yield from _last_day(start)
    yield Record("planned", TravelPlanned(zone=zone, from_on=start, back_on=back))
    city, home = city_of(zone), city_of(me.zone)
    if back is None:
        yield Say("set", say.travel.set_open(start=start, city=city))
    else:
        yield Say("set", say.travel.set(start=start, city=city, back=back, home=home))
    if me.medicines:
        yield Say("medicine", say.travel.medicine())


def _first_day(today: date) -> Asking[date]:
    tomorrow = today + timedelta(days=1)
    options = (
        Option(today.isoformat(), say.travel.today_button()),
        Option(tomorrow.isoformat(), say.travel.tomorrow_button()),
        Option("other", say.travel.other_button()),
    )
    choice = yield from choose("from", say.travel.first(), options, reads=_day_from(today))
    if choice != "other":
        return date.fromisoformat(choice)
    question = say.travel.from_other()
    for n in counting(1):
        day = date.fromisoformat((yield from typed(f"from{n}", question, _day_from(today), "day@1")))
        if today <= day <= today + _longest():
            return day
        question = say.travel.from_too_early()
    raise AssertionError  # pragma: no cover - counting never ends


def _last_day(start: date) -> Asking[date | None]:
    """The day of return, None when nobody knows it yet."""
    options = (Option(OPEN, say.travel.unknown_button()),)
    question = say.travel.back()
    for n in counting(1):
        day = yield from typed(f"back{n}", question, _day_from(start), "day@1", options)
        if day == OPEN:
            return None
        if start < date.fromisoformat(day) <= start + _longest():
            return date.fromisoformat(day)
        question = say.travel.back_too_early(day=start)
    raise AssertionError  # pragma: no cover - counting never ends


def _longest() -> timedelta:
    return timedelta(days=limit("longest_travel_days"))


def _day_from(first: date) -> Callable[[str], str | NotUnderstood]:
    return lambda text: reading.day(text, first)


def _change(found: Travelling, today: date) -> Conversation:
    home = city_of(found.home)
    choice = yield from choose("what", _shown(found), _ways(found))
    if choice == "undo":
        yield Void("undone", found.entity, "not going")
        yield Say("undone_said", say.travel.undone(home=home))
    elif choice == "home":
        yield from _amend(found, today, "home again")
        yield Say("home", say.travel.home(home=home))
    elif choice == "back":
        back = yield from _last_day(max(found.from_on, today))
        yield from _amend(found, back, "another day of return")
        said = say.travel.changed(back=back, home=home) if back is not None else say.travel.changed_open()
        yield Say("changed", said)
    else:
        yield Say("left", say.talk.left())


def _amend(found: Travelling, back: date | None, why: str) -> Asking[None]:
    fact = TravelPlanned(zone=found.zone, from_on=found.from_on, back_on=back)
    yield Record("amended", fact, amends=found.entity, why=why)


def _shown(found: Travelling) -> Message:
    city = city_of(found.zone)
    if found.back_on is None:
        return say.travel.now_open(city=city, start=found.from_on)
    return say.travel.now(city=city, start=found.from_on, back=found.back_on)


def _ways(found: Travelling) -> list[Option]:
    ended = Option("home", say.travel.home_button()) if found.away else Option("undo", say.travel.undo_button())
    return [ended, Option("back", say.travel.back_button()), Option("leave", say.talk.leave_button())]
