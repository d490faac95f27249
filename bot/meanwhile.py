"""What was answered since a talk began, by staff or in another talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from bot.desk import Desk
from records.facts import F, Kept, column, in_force
from study import facts as kinds
from study.meanwhile import AnsweredMeanwhile, DaysMeanwhile
from study.responses import Given
from study.steps import Query


def _of_others(desk: Desk, kind: type[F], **equal: Any) -> Iterator[Kept[F]]:
    """The facts of a kind in force that the talk at the desk did not write."""
    another = column(kind, "conversation_id").is_distinct_from(desk.looking)
    return in_force(desk.tx, kind, desk.participant.id, another, **equal)


def _answered(desk: Desk, query: AnsweredMeanwhile) -> dict[str, Given]:
    said = _of_others(desk, kinds.Response, visit=query.visit, instrument=query.instrument)
    return {
        kept.fact.item: Given(value=kept.fact.value, status=kept.fact.status)
        for kept in said
        if kept.fact.item in query.items and kept.fact.instrument_version == query.version
    }


def _days(desk: Desk, query: DaysMeanwhile) -> tuple[date, ...]:
    told = _of_others(desk, kinds.TlfbDay, visit=query.visit, medicine=query.medicine)
    return tuple(sorted({kept.fact.on for kept in told} & {*query.days}))


MEANWHILE: dict[type[Query[Any]], Callable[[Any, Any], Any]] = {AnsweredMeanwhile: _answered, DaysMeanwhile: _days}
