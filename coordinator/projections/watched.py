"""What the programme kept about itself: due items, alerts and their notes, talks. Rows that change in place are put
back to how they stood at the cut from the instants they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, null, select

from content.due_items import due_items as known_items
from coordinator.projections.cut import DATE_LONG, Query, included, recorded_since, streamed
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.home_practice import SESSION_TALKS
from records.tables import AlertNote, AlertRow, AuditEntry, ConversationRow, DueItem, table
from study.facts import GroupAssigned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Subquery
    from sqlalchemy import Table as SqlTable

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

EXERCISE_TIMER = "step"
PROMPTED_TALKS = (
    "check_back",
    "check_in",
    "check_in_now",
    "closing",
    "diary",
    "late_check_in",
    "meeting",
    "pre_dose",
    "practice_nudge",
    "session_offer",
    "visit_offer",
    "week_picture",
    "weekly",
)
"""Talks that a prompt begins or leads to: it waits for a session in front, which takes another time in each arm."""


def due_items(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Items sent or at their end by the cut.

    A pending one may still move and is left out; so are, when blinded, timers of exercises, and all of a study with
    therapy groups. What was planned is told by the clock it was planned for, what came of itself by its day when
    blinded: it counts from the moment somebody tapped, and that can have waited for a session.
    """
    rows, person = table(DueItem), included(cut)
    final = rows.c.final_at <= cut.as_of
    columns = _as_written(rows, person) | {
        "due_local": rows.c.due_local if cut.unblinded else _planned_clock(rows),
        "state": case((final, rows.c.state), else_=literal("sent")),
        "sent_at": as_written(_by(cut, rows.c.sent_at)),
        "final_at": as_written(_by(cut, rows.c.final_at)),
        "reason": case((final, rows.c.reason), else_=null()),
    }
    where: list[ColumnElement[bool]] = [final | (rows.c.sent_at <= cut.as_of)]
    where += [] if cut.unblinded else [rows.c.item != EXERCISE_TIMER, _without_groups(cut)]
    where += recorded_since(cut, _by(cut, rows.c.sent_at), _by(cut, rows.c.final_at))
    order = [ByBytes(person.c.study_id), ByBytes(rows.c.item), ByBytes(rows.c.occurrence)]
    return streamed(tx, Query(columns, _joined(rows, person), where, order), wanted)


def _planned_clock(rows: SqlTable) -> ColumnElement[str]:
    of_itself = rows.c.item.in_(sorted(known_items().unplanned))
    return case((of_itself, func.substr(rows.c.due_local, 1, DATE_LONG)), else_=rows.c.due_local)


def alerts(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Alerts about participants as they stood at the cut."""
    rows, person = table(AlertRow), included(cut)
    closed, seen = rows.c.closed_at <= cut.as_of, rows.c.acknowledged_at <= cut.as_of
    columns = _as_written(rows, person) | {
        "alert_id": rows.c.id,
        "times": _times(rows, person, cut),
        "status": case((closed, literal("closed")), (seen, literal("acknowledged")), else_=literal("open")),
        "acknowledged_at": as_written(_by(cut, rows.c.acknowledged_at)),
        "acknowledged_by": case((seen, rows.c.acknowledged_by), else_=null()),
        "closed_at": as_written(_by(cut, rows.c.closed_at)),
        "closed_by": case((closed, rows.c.closed_by), else_=null()),
    }
    changes = [rows.c.aware_at, *(_by(cut, at) for at in (rows.c.acknowledged_at, rows.c.closed_at))]
    where = [rows.c.aware_at <= cut.as_of, *recorded_since(cut, *changes)]
    return streamed(tx, Query(columns, _joined(rows, person), where, [rows.c.id]), wanted)


def _times(rows: SqlTable, person: Subquery, cut: Cut) -> ColumnElement[int]:
    """How often the rule was met by the cut: the audit keeps each instant, the alert only their number."""
    entries = table(AuditEntry)
    again = select(func.count()).where(
        entries.c.chain == person.c.study_id,
        entries.c.action == "alert:again",
        entries.c.subject == cast(rows.c.id, String).concat(" ").concat(rows.c.rule),
        entries.c.at <= cut.as_of,
    )
    return again.scalar_subquery() + 1


def alert_notes(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Notes on alerts about participants; made on request only."""
    rows, about, person = table(AlertNote), table(AlertRow), included(cut)
    columns: dict[str, ColumnElement[Any]] = {
        "alert_id": rows.c.alert_id,
        "note_id": rows.c.id,
        "study_id": person.c.study_id,
        "written_at": as_written(rows.c.at),
        "author": rows.c.author,
        "text": rows.c.sealed_text,
    }
    source = rows.join(about, about.c.id == rows.c.alert_id).join(person, person.c.id == about.c.participant_id)
    where = [rows.c.at <= cut.as_of, *recorded_since(cut, rows.c.at)]
    return streamed(tx, Query(columns, source, where, [rows.c.alert_id, rows.c.id]), wanted)


def conversations(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Talks, without anything that was said; blinded, those that nothing but the person begins."""
    rows, person = table(ConversationRow), included(cut)
    over = rows.c.ended_at <= cut.as_of
    columns = _as_written(rows, person) | {
        "conversation_id": rows.c.id,
        "state": case((over, rows.c.state), else_=literal("open")),
        "ended_at": as_written(_by(cut, rows.c.ended_at)),
    }
    changes = (rows.c.started_at, _by(cut, rows.c.ended_at))
    where = [rows.c.started_at <= cut.as_of, *recorded_since(cut, *changes)]
    where += [] if cut.unblinded else [rows.c.talk.not_in((*SESSION_TALKS, *PROMPTED_TALKS)), _without_groups(cut)]
    return streamed(tx, Query(columns, _joined(rows, person), where, [rows.c.id]), wanted)


def _without_groups(cut: Cut) -> ColumnElement[bool]:
    """The condition that nobody of the study was ever put into a therapy group; else there is no row of anybody.

    A group is of one arm. Its meetings move what else is due to its members, all in the same way, on days of its own;
    and while one arm alone has a group, who is left out would tell that arm.
    """
    assigned = table(TABLE_OF[GroupAssigned])
    return ~select(1).where(assigned.c.recorded_at <= cut.as_of).exists()


def _by(cut: Cut, instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """An instant when it lies by the cut, else nothing."""
    return case((instant <= cut.as_of, instant), else_=null())


def _joined(rows: SqlTable, person: Subquery) -> Any:
    return rows.join(person, person.c.id == rows.c.participant_id)


def _as_written(rows: SqlTable, person: Subquery) -> dict[str, ColumnElement[Any]]:
    return {column.name: as_written(column) for column in rows.c} | {"study_id": person.c.study_id}
