"""Later, at a time of one's own: in half an hour, in two, tonight, tomorrow."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from content import say
from content.message import Message
from handlers.asking import Asking, choose
from study import queries
from study.facts import PutOff
from study.steps import Option, Record, Say
from study.view import ParticipantView, instant_of

TONIGHT = time(19)
TOMORROW = time(10)


def ask_when(me: ParticipantView, key: str, until: datetime | None = None) -> Asking[datetime | None]:
    """The instant (UTC) at which the person wants to be asked again; None when no time is left before `until`."""
    asked_at: datetime = yield queries.now(f"{key}.asked_at")
    offered = times(me, asked_at, until)
    if not offered:
        return None
    choice = yield from choose(f"{key}.when", say.visit.when(), offered)
    at: datetime = yield queries.now(f"{key}.at")
    chosen = due_at(me, choice, at)
    return chosen if until is None or chosen < until else None


def put_off(
    me: ParticipantView, talk: str, args: dict[str, Any], said: Callable[..., Message], until: datetime | None = None
) -> Asking[bool]:
    """Put the prompt of a talk off to a time the person chooses, before `until`; False when there is none left."""
    at = yield from ask_when(me, "later", until)
    if at is None:
        return False
    yield Record("put_off", PutOff(talk=talk, args=json.dumps(args), due_at=at))
    yield Say("put_off_said", said(time=me.local(at)))
    return True


def times(me: ParticipantView, at: datetime, until: datetime | None = None) -> tuple[Option, ...]:
    """The times that are offered at `at`: those that come before `until`."""
    every = (
        Option("30", say.visit.in_30_button()),
        Option("120", say.visit.in_120_button()),
        Option("tonight", say.visit.tonight_button()),
        Option("tomorrow", say.visit.tomorrow_button()),
    )
    return tuple(each for each in every if until is None or due_at(me, each.code, at) < until)


def due_at(me: ParticipantView, choice: str, at: datetime) -> datetime:
    """The instant (UTC) that a choice means when it is made at `at`; tonight is tomorrow's when it has passed."""
    if choice.isdigit():
        return at + timedelta(minutes=int(choice))
    local = me.local(at)
    day = local.date() + timedelta(days=1 if choice == "tomorrow" or local.time() >= TONIGHT else 0)
    return instant_of(datetime.combine(day, TOMORROW if choice == "tomorrow" else TONIGHT), me.zone)
