"""Entries that another about the same thing overtook: an answer of the chat and one brought by staff, a day said twice.

What was recorded last counts; the one before stands in no other table any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, select

from coordinator.projections.diary import DAY as EVENING
from coordinator.projections.looked_back import DAY
from coordinator.projections.visits import ITEM, SCORE
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import DiaryDay, DiaryDose, Response, ScoreGiven, TlfbDay

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Subquery

    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact

SAID_ONCE: Mapping[type[Fact], Sequence[str]] = {
    Response: ITEM,
    ScoreGiven: SCORE,
    TlfbDay: DAY,
    DiaryDay: EVENING,
    DiaryDose: (*EVENING, "medicine"),
}
"""Kinds of which a table shows one entry of several about the same thing, with what makes it the same."""

WHY = "overtaken: another entry about the same stood until then"


def why(reason: str | None) -> str:
    """Why a value is another one, with the reason that was given for the entry, if any is shown."""
    return WHY if reason is None else f"{WHY}; {reason}"


def overtaken(tx: Tx, cut: Cut, kind: type[Fact]) -> dict[int, int]:
    """Row → row of another entry that stood until then, by their numbers; empty for kinds that stand side by side."""
    one = SAID_ONCE.get(kind)
    if one is None:
        return {}
    rows, several = table(TABLE_OF[kind]), _several(kind, cut, one)
    same = [rows.c[name] == several.c[name] for name in one]
    found = tx.rows(
        select(rows.c.id, rows.c.entity, rows.c.state, *(rows.c[name] for name in one))
        .select_from(rows)
        .join(several, and_(*same))
        .where(rows.c.recorded_at <= cut.as_of)
        .order_by(*(rows.c[name] for name in one), rows.c.id)
    )
    of_one = groupby(found, key=lambda row: tuple(getattr(row, name) for name in one))
    return dict(pair for _, group in of_one for pair in _pairs(group))


def _several(kind: type[Fact], cut: Cut, one: Sequence[str]) -> Subquery:
    """What more than one entry is about."""
    rows = table(TABLE_OF[kind])
    about = [rows.c[name] for name in one]
    by_the_cut = select(*about).where(rows.c.recorded_at <= cut.as_of).group_by(*about)
    return by_the_cut.having(func.min(rows.c.entity) != func.max(rows.c.entity)).subquery("several")


def _pairs(history: Iterator[Row[Any]]) -> Iterator[tuple[int, int]]:
    """The entries about one thing in the order they were recorded: which took the place of which."""
    standing: dict[str, int] = {}
    for row in history:
        before = max(standing.items(), key=lambda each: each[1], default=None)
        standing.pop(row.entity, None)
        if row.state == "recorded":
            if before is not None and before[0] != row.entity:
                yield row.id, before[1]
            standing[row.entity] = row.id


def entities(kind: type[Fact], cut: Cut) -> ColumnElement[bool] | None:
    """The condition that an entry has others about the same thing beside it; None for kinds that stand side by side."""
    one = SAID_ONCE.get(kind)
    if one is None:
        return None
    rows, several = table(TABLE_OF[kind]), _several(kind, cut, one)
    return exists().where(*(rows.c[name] == several.c[name] for name in one))


def row_of(tx: Tx, kind: type[Fact], number: int) -> Row[Any]:
    """A row by its number."""
    rows = table(TABLE_OF[kind])
    found: Row[Any] = tx.first(select(rows).where(rows.c.id == number))
    return found
