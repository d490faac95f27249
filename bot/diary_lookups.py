"""What the diary and the look at a week ask the records for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.desk import Desk
from records import diary, facts
from records.home_practice import in_a_session
from study import facts as kinds
from study import queries
from study.diary import Sheet, day_of, span_of
from study.queries import Entry, KeptWeek
from study.steps import Fact, Query

A_WEEK = 7
RATED: tuple[tuple[type[Fact], str], ...] = (
    (kinds.PainRated, "rated_at"),
    (kinds.PauseBegun, "started_at"),
    (kinds.PauseEnded, "ended_at"),
)


def _sheet(desk: Desk, query: queries.SheetOf) -> Sheet:
    person, tx = desk.participant, desk.tx
    on = query.on or day_of(desk.at, person.zone)
    said = diary.day(tx, person.id, on)
    return Sheet(
        on=on,
        ends_at=span_of(on, person.zone)[1],
        logged=diary.logged(tx, person.id, on, person.zone, desk.at),
        answer=said.answer if said is not None else None,
    )


def _week(desk: Desk, query: queries.WeekKept) -> KeptWeek:
    """Seven study days by the wall clock where the person is now; practice is that outside of sessions."""
    person, tx = desk.participant, desk.tx
    days = tuple(query.on - timedelta(days=n) for n in range(A_WEEK - 1, -1, -1))
    first, after = span_of(days[0], person.zone)[0], span_of(days[-1], person.zone)[1]
    seconds: dict[date, int] = defaultdict(int)
    for kept in _between(desk, kinds.ExerciseLed, "done_at", first, after, ~in_a_session(kinds.ExerciseLed)):
        seconds[day_of(kept.fact.done_at, person.zone)] += kept.fact.seconds
    reported: dict[date, int] = defaultdict(int)
    for kept in _between(desk, kinds.PracticeDone, "done_at", first, after):
        reported[day_of(kept.fact.done_at, person.zone)] += kept.fact.minutes
    answered = diary.days(tx, person.id)
    return KeptWeek(
        days=days,
        ratings=_ratings(desk, first, after),
        led_minutes=tuple(round(seconds[day] / 60) for day in days),
        reported_minutes=tuple(reported[day] for day in days),
        diary_on=tuple(day for day in days if day in answered),
    )


def _ratings(desk: Desk, first: datetime, after: datetime) -> tuple[Entry, ...]:
    found = [
        Entry(
            entity=kept.entity,
            kind=kind.__name__,
            at=getattr(kept.fact, when),
            fact=kept.fact.model_dump(mode="json"),
            pause=getattr(kept.fact, "pause", None),
        )
        for kind, when in RATED
        for kept in _between(desk, kind, when, first, after)
    ]
    return tuple(sorted(found, key=lambda entry: entry.at))


def _between(desk: Desk, kind: type[Fact], when: str, first: datetime, after: datetime, *also: Any) -> list[Any]:
    at = facts.column(kind, when)
    return list(facts.in_force(desk.tx, kind, desk.participant.id, at >= first, at < after, *also))


DIARY: Mapping[type[Query[Any]], Callable[[Any, Any], Any]] = {
    queries.SheetOf: _sheet,
    queries.WeekKept: _week,
}
