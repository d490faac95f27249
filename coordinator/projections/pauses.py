"""Pauses as one row each, and practice: every exercise led, and what people report of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Float, Select, Subquery, and_, case, cast, func, literal, select, union_all

from coordinator.projections.cut import (
    Query,
    in_force,
    included,
    medicine_codes,
    of_fact,
    shown_exercise,
    streamed,
)
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.home_practice import in_a_session
from records.tables import table
from study.facts import ExerciseLed, PauseBegun, PauseEnded, PracticeDone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact

SECONDS_A_MINUTE = 60


def pauses(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each pause begun, with the last exercise and the last end that belong to it."""
    begun, person, codes = table(TABLE_OF[PauseBegun]), included(cut), medicine_codes()
    led, ended = _last_of(ExerciseLed, cut, "led"), _last_of(PauseEnded, cut, "ended")
    columns = of_fact(PauseBegun, person, "pause_id") | {
        "medicine": codes.c.code,
        "pain_before": begun.c.pain,
        "urge_before": begun.c.urge,
        "exercise": shown_exercise(led.c.exercise, cut),
        "seconds": led.c.seconds,
        "completed": as_written(led.c.completed),
        "pain_after": ended.c.pain,
        "urge_after": ended.c.urge,
        "decision": ended.c.decision,
        "status": _status(begun, led, ended),
    }
    source = (
        begun.join(person, person.c.id == begun.c.participant_id)
        .outerjoin(codes, codes.c.entity == begun.c.medicine)
        .outerjoin(led, led.c.pause == begun.c.entity)
        .outerjoin(ended, ended.c.pause == begun.c.entity)
    )
    return streamed(tx, Query(columns, source, in_force(PauseBegun, cut), [ByBytes(begun.c.entity)]), wanted)


def _status(begun: Any, led: Any, ended: Any) -> ColumnElement[str]:
    """`complete` or `incomplete`, and why each rating that is blank is missing: `complete; before urge:skipped`."""
    needed = (begun.c.pain, led.c.exercise, ended.c.pain, ended.c.decision)
    there = and_(*(value.is_not(None) for value in needed))
    whole = case((there, literal("complete")), else_=literal("incomplete"))
    return whole + _reasons("before", begun.c.missing) + _reasons("after", ended.c.missing)


def _reasons(name: str, missing: ColumnElement[Any]) -> ColumnElement[str]:
    given = func.coalesce(missing, "")
    return case((given == "", literal("")), else_=literal(f"; {name} ") + given)


def _last_of(kind: type[Fact], cut: Cut, name: str) -> Subquery:
    """The facts of a kind in force that belong to a pause, the last one of each pause."""
    rows = table(TABLE_OF[kind])
    place = func.row_number().over(partition_by=rows.c.pause, order_by=rows.c.id.desc()).label("place")
    every = select(rows, place).where(*in_force(kind, cut), rows.c.pause.is_not(None)).subquery()
    return select(every).where(every.c.place == 1).subquery(name)


def practice(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Every exercise led, and every practice reported; minutes with one decimal.

    Blinded, without exercises led inside a session: those of the two arms are of other lengths.
    """
    every, person = union_all(_led(cut), _reported(cut)).subquery("every"), included(cut)
    columns = {name: every.c[name] for name in ("practice_id", "source", "done_local", "zone", "minutes")} | {
        "study_id": person.c.study_id,
        "exercise": shown_exercise(every.c.exercise, cut),
        "done_at": as_written(every.c.done_at),
    }
    source = every.join(person, person.c.id == every.c.participant_id)
    rows = streamed(tx, Query(columns, source, (), [ByBytes(every.c.practice_id)]), wanted)
    return _rounded(rows, wanted.names.index("minutes"))


def _led(cut: Cut) -> Select[Any]:
    rows = table(TABLE_OF[ExerciseLed])
    inside = in_a_session(ExerciseLed)
    where = case((rows.c.pause.is_not(None), literal("pause")), (inside, literal("session")), else_=literal("led"))
    minutes = cast(rows.c.seconds, Float) / SECONDS_A_MINUTE
    every = _practised(ExerciseLed, cut, minutes, where)
    return every if cut.unblinded else every.where(~inside)


def _reported(cut: Cut) -> Select[Any]:
    rows = table(TABLE_OF[PracticeDone])
    return _practised(PracticeDone, cut, cast(rows.c.minutes, Float), rows.c.source)


def _practised(kind: type[Fact], cut: Cut, minutes: ColumnElement[Any], source: ColumnElement[str]) -> Select[Any]:
    rows = table(TABLE_OF[kind])
    return select(
        rows.c.entity.label("practice_id"),
        rows.c.participant_id,
        rows.c.exercise,
        minutes.label("minutes"),
        source.label("source"),
        rows.c.done_at,
        rows.c.done_local,
        rows.c.zone,
    ).where(*in_force(kind, cut))


def _rounded(rows: Iterator[Sequence[Any]], place: int) -> Iterator[Sequence[Any]]:
    for row in rows:
        cells = list(row)
        cells[place] = round(cells[place], 1)
        yield cells
