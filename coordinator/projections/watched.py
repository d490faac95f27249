"""What the programme kept about itself: due items, alerts and their notes, talks. Rows that change in place are put
back to how they stood at the cut: from the instants they carry, ends that did not last, and the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, null, select

from content.due_items import due_items as known_items
from coordinator.projections.cut import DATE_LONG, Query, included, streamed
from coordinator.projections.sql import ByBytes, as_written
from records.alerts import ACKNOWLEDGED, AGAIN, OPEN_AGAIN
from records.audit import STUDY
from records.fact_tables import TABLE_OF
from records.home_practice import SESSION_TALKS
from records.tables import AlertNote, AlertRow, AuditEntry, ConversationRow, DueEnd, DueItem, Participant, table
from study.facts import GroupAssigned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Subquery
    from sqlalchemy import Table as SqlTable

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

EXERCISE_TIMER = "step"
DUE = ("due_at", "zone")
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
    rows, former, person = table(DueItem), table(DueEnd), included(cut)
    lasted, final = former.c.id.is_not(None), rows.c.final_at <= cut.as_of
    final_at = case((lasted, former.c.final_at), (final, rows.c.final_at), else_=null())
    due_local = case((lasted, former.c.due_local), else_=rows.c.due_local)
    columns = _as_written(rows, person) | {
        **{name: as_written(case((lasted, former.c[name]), else_=rows.c[name])) for name in DUE},
        "due_local": due_local if cut.unblinded else _planned_clock(rows, due_local),
        "state": case((lasted, former.c.state), (final, rows.c.state), else_=literal("sent")),
        "sent_at": as_written(_by(cut, rows.c.sent_at)),
        "final_at": as_written(final_at),
        "reason": case((lasted, former.c.reason), (final, rows.c.reason), else_=null()),
    }
    at_the_cut = (former.c.due_item_id == rows.c.id) & (former.c.final_at <= cut.as_of) & (former.c.until > cut.as_of)
    where: list[ColumnElement[bool]] = [lasted | final | (rows.c.sent_at <= cut.as_of)]
    where += [] if cut.unblinded else [rows.c.item != EXERCISE_TIMER, _without_groups(cut)]
    order = [ByBytes(person.c.study_id), ByBytes(rows.c.item), ByBytes(rows.c.occurrence)]
    source = _joined(rows, person).outerjoin(former, at_the_cut)
    return streamed(tx, Query(columns, source, where, order), wanted)


def _planned_clock(rows: SqlTable, due_local: ColumnElement[str]) -> ColumnElement[str]:
    of_itself = rows.c.item.in_(sorted(known_items().unplanned))
    return case((of_itself, func.substr(due_local, 1, DATE_LONG)), else_=due_local)


def alerts(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Alerts about participants as they stood at the cut."""
    rows, person = table(AlertRow), included(cut)
    met, taken, entry = _met_again(cut), _taken(cut), table(AuditEntry)
    closed, seen = rows.c.closed_at <= cut.as_of, entry.c.id.is_not(None)
    waits_again = met.c.opened_by > entry.c.id
    status = case((closed, "closed"), (waits_again, "open"), (seen, "acknowledged"), else_="open")
    columns = _as_written(rows, person) | {
        "alert_id": rows.c.id,
        "times": func.coalesce(met.c.times, 0) + 1,
        "status": status,
        "acknowledged_at": as_written(entry.c.at),
        "acknowledged_by": entry.c.actor,
        "closed_at": as_written(_by(cut, rows.c.closed_at)),
        "closed_by": case((closed, rows.c.closed_by), else_=null()),
    }
    where = [rows.c.aware_at <= cut.as_of]
    number = cast(rows.c.id, String)
    source = (
        _joined(rows, person)
        .outerjoin(met, met.c.subject == number.concat(" ").concat(rows.c.rule))
        .outerjoin(taken, taken.c.subject == number)
        .outerjoin(entry, entry.c.id == taken.c.last)
    )
    return streamed(tx, Query(columns, source, where, [rows.c.id]), wanted)


def _met_again(cut: Cut) -> Subquery:
    """Of each alert whose rule was met again by the cut: how often, when last, by which entry it was opened again.

    The audit keeps each time, the alert only their number.
    """
    entries, people, rows = table(AuditEntry), table(Participant), table(AlertRow)
    alerted = select(people.c.study_id).join(rows, rows.c.participant_id == people.c.id)
    found = select(
        entries.c.subject,
        func.count().label("times"),
        func.max(case((entries.c.action == OPEN_AGAIN, entries.c.id))).label("opened_by"),
    ).where(
        entries.c.chain.in_(alerted),
        entries.c.action.in_((AGAIN, OPEN_AGAIN)),
        entries.c.at <= cut.as_of,
    )
    return found.group_by(entries.c.subject).subquery("met_again")


def _taken(cut: Cut) -> Subquery:
    """Of each alert that staff had taken by the cut: the entry of the last time; the alert forgets earlier ones."""
    entries = table(AuditEntry)
    found = select(entries.c.subject, func.max(entries.c.id).label("last")).where(
        entries.c.chain == STUDY, entries.c.action == ACKNOWLEDGED, entries.c.at <= cut.as_of
    )
    return found.group_by(entries.c.subject).subquery("taken")


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
    where = [rows.c.at <= cut.as_of]
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
    where = [rows.c.started_at <= cut.as_of]
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
