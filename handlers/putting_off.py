"""Later, at a time of one's own: in half an hour, in two, tonight, tomorrow."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from content import say
from handlers.asking import Asking, choose
from study import queries
from study.steps import Option
from study.view import ParticipantView, instant_of

TONIGHT = time(19)
TOMORROW = time(10)


def ask_when(me: ParticipantView, key: str) -> Asking[datetime]:
    """The instant (UTC) at which the person wants to be asked again."""
    choice = yield from choose(f"{key}.when", say.visit.when(), times())
    at: datetime = yield queries.now(f"{key}.at")
    return due_at(me, choice, at)


def times() -> tuple[Option, ...]:
    """The times that are offered."""
    return (
        Option("30", say.visit.in_30_button()),
        Option("120", say.visit.in_120_button()),
        Option("tonight", say.visit.tonight_button()),
        Option("tomorrow", say.visit.tomorrow_button()),
    )


def due_at(me: ParticipantView, choice: str, at: datetime) -> datetime:
    """The instant (UTC) that a choice means when it is made at `at`; tonight is tomorrow's when it has passed."""
    if choice.isdigit():
        return at + timedelta(minutes=int(choice))
    local = me.local(at)
    day = local.date() + timedelta(days=1 if choice == "tomorrow" or local.time() >= TONIGHT else 0)
    return instant_of(datetime.combine(day, TOMORROW if choice == "tomorrow" else TONIGHT), me.zone)
