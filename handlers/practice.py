"""Home practice: one led now, or the minutes somebody did on their own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from content import say
from content.medicines import limit
from content.message import Param
from handlers.asking import Asking, choose, choose_at, typed
from study import queries, reading
from study.facts import PracticeDone
from study.queries import look
from study.steps import Begin, Conversation, Option, Record, Rows, Say
from study.view import ParticipantView, instant_of

MINUTES = (5, 10, 15, 20, 30)
DAYS = 7


def log_practice(me: ParticipantView, said: str = "") -> Conversation:
    """Minutes and when, in two taps; or an exercise led now."""
    given = reading.minutes(said) if said else None
    minutes = given if isinstance(given, int) else (yield from _minutes())
    if minutes is None:
        yield Begin("lead", "practice_led")
        return
    at, local, day = yield from _when(me)
    before: int = yield look("week", queries.PracticeMinutes(days=DAYS))
    done = PracticeDone(exercise=None, minutes=minutes, done_at=at, done_local=local, zone=me.zone)
    yield Record("practice", done)
    goal = int(limit("practice_minutes_a_week"))
    yield Say(
        "logged", say.practice.logged(minutes=say.weekly.minutes(n=minutes), day=day, sum=before + minutes, goal=goal)
    )


def _minutes() -> Asking[int | None]:
    """Minutes as tapped or typed; None to be led."""
    choice = yield from choose("minutes", say.practice.what(), _ways(), reads=reading.minutes)
    if choice == "lead":
        return None
    if choice == "other":
        choice = yield from typed("minutes.other", say.practice.how_many(), reading.minutes, "minutes@1")
    return int(choice)


def _ways() -> Rows:
    offers = tuple(Option(str(n), say.practice.minutes_button(n=n)) for n in MINUTES)
    lead, other = Option("lead", say.practice.lead_button()), Option("other", say.practice.other_button())
    return ((lead,), offers[:3], (*offers[3:], other))


def _when(me: ParticipantView) -> Asking[tuple[datetime, str, Param]]:
    """The instant, the wall clock as it is kept, and how it is told.

    Only "now" has a time of its own; else the date is all that was said, and the instant stands in that day.
    """
    asked_at: datetime = yield queries.now("asked_at")
    today = me.local(asked_at).date()
    options = (
        Option("now", say.dose.now_button()),
        Option("today", say.dose.earlier_button()),
        Option("yesterday", say.dose.yesterday_button(day=today - timedelta(days=1))),
    )
    answer = yield from choose_at("when", say.practice.when(), options)
    if answer.value == "now" and not answer.delayed:
        local = me.local(answer.at).replace(microsecond=0)
        return answer.at, local.isoformat(), local
    if answer.value == "yesterday":
        return _noon_of(today - timedelta(days=1), me.zone)
    return answer.at, me.local(answer.at).date().isoformat(), me.local(answer.at).date()


def _noon_of(day: date, zone: str) -> tuple[datetime, str, date]:
    return instant_of(datetime.combine(day, time(12)), zone), day.isoformat(), day
