"""Weeks whose practice was looked back on; minutes led inside sessions stand beside them, and only when unblinded.

The week's question is about practice outside of sessions, so nothing is taken off what was said: sessions of the two
arms lead exercises of other lengths, and a round number less that many minutes would tell which.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, select

from coordinator.projections.cut import in_force, included
from coordinator.projections.looked_back import last
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.home_practice import in_a_session
from records.tables import table
from study.days import day_there
from study.facts import ExerciseLed, PracticeWeek

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

SECONDS_A_MINUTE = 60
A_WEEK = timedelta(days=7)


def practice_weeks(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each week, sorted by person and day; of several answers the one recorded last."""
    weeks, person = last(PracticeWeek, cut, ("participant_id", "on")), included(cut)
    columns: list[ColumnElement[Any]] = [as_written(column).label(column.name) for column in weeks.c]
    columns += [person.c.study_id, weeks.c.answered_at.label("asked_at")]
    found = select(*columns).join_from(weeks, person, person.c.id == weeks.c.participant_id)
    for row in tx.rows(found.order_by(ByBytes(person.c.study_id), weeks.c.on)):
        values = dict(row._mapping) | {"session_minutes": _in_sessions(tx, cut, row) if cut.unblinded else None}
        yield [values[name] for name in wanted.names]


def _in_sessions(tx: Tx, cut: Cut, week: Row[Any]) -> int:
    """Minutes led inside sessions on the days of a week until it was asked about, rounded day by day."""
    rows = table(TABLE_OF[ExerciseLed])
    seconds: dict[date, int] = defaultdict(int)
    mine = [rows.c.participant_id == week.participant_id, rows.c.done_at <= week.asked_at]
    led = select(rows.c.done_at, rows.c.seconds).where(*mine, in_a_session(ExerciseLed), *in_force(ExerciseLed, cut))
    for each in tx.rows(led):
        on = day_there(each.done_at, week.zone)
        if week.on - A_WEEK < on <= week.on:
            seconds[on] += each.seconds
    return sum(round(each / SECONDS_A_MINUTE) for each in seconds.values())
