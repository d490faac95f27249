"""Weeks whose practice was looked back on; minutes led inside sessions stand apart from those of home practice.

Sessions of the two arms lead exercises of other lengths. What the coach led outside of them is told in every export,
what it led inside only when unblinded; neither can be had by taking one file from another.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from coordinator.projections.cut import in_a_session, in_force, included
from coordinator.projections.looked_back import last
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.tables import table
from study.days import day_there
from study.facts import ExerciseLed, PracticeWeek

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Row

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

SECONDS_A_MINUTE = 60
A_WEEK = timedelta(days=7)


def practice_weeks(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each week, sorted by person and day; of several answers the one recorded last."""
    weeks, person = last(PracticeWeek, cut, ("participant_id", "on")), included(cut)
    columns: list[ColumnElement[Any]] = [as_written(column).label(column.name) for column in weeks.c]
    columns += [person.c.study_id, weeks.c.answered_at.label("asked_at"), weeks.c.recorded_at.label("kept_at")]
    found = select(*columns).join_from(weeks, person, person.c.id == weeks.c.participant_id)
    led = lru_cache(maxsize=1)(lambda number: _led(tx, cut, number))
    for row in tx.rows(found.order_by(ByBytes(person.c.study_id), weeks.c.on)):
        if cut.since is None or row.kept_at >= cut.since:
            inside = _inside(row, led)
            home = {"led_minutes": max(row.led_minutes - inside, 0), "session_minutes": inside}
            if row.minutes is not None:
                home["minutes"] = max(row.minutes - inside, 0)
            values = dict(row._mapping) | home
            yield [values[name] for name in wanted.names]


def _led(tx: Tx, cut: Cut, participant_id: int) -> list[Row[Any]]:
    """The exercises led for a person; none when none was led inside a session."""
    rows, inside = table(TABLE_OF[ExerciseLed]), in_a_session(ExerciseLed).label("inside")
    mine = select(rows.c.done_at, rows.c.seconds, inside).where(
        rows.c.participant_id == participant_id, *in_force(ExerciseLed, cut)
    )
    found = tx.rows(mine)
    return found if any(row.inside for row in found) else []


def _inside(week: Row[Any], led: Callable[[int], list[Row[Any]]]) -> int:
    """Minutes led inside sessions, as they were in the sum that was shown: rounded day by day."""
    all_day: dict[date, int] = defaultdict(int)
    outside: dict[date, int] = defaultdict(int)
    for each in led(week.participant_id):
        on = day_there(each.done_at, week.zone)
        if week.on - A_WEEK < on <= week.on and each.done_at <= week.asked_at:
            all_day[on] += each.seconds
            outside[on] += 0 if each.inside else each.seconds
    return sum(_minutes(all_day[on]) - _minutes(outside[on]) for on in all_day)


def _minutes(seconds: int) -> int:
    return round(seconds / SECONDS_A_MINUTE)
