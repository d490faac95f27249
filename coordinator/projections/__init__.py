"""How each table of an export is read from the records: one function per table, of the table's name.

Every function yields rows as they stood at the cut, sorted by the key of the table, in the order of its columns. What
`since` leaves of them is found here, for all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coordinator.projections import (
    changed,
    corrections,
    diary,
    gone,
    logged,
    mme_days,
    mme_summary,
    pauses,
    people,
    practice_weeks,
    screening,
    sessions,
    visits,
    watched,
    wide,
)
from coordinator.projections.cut import day_alone

if TYPE_CHECKING:
    from datetime import datetime

    from content.exports import Column, Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

Rows = Iterator[Sequence[Any]]
Projection = Callable[["Tx", "Cut", "Table"], Rows]

PROJECTIONS: Mapping[str, Projection] = {
    "participants": people.participants,
    "left_out": gone.left_out,
    "screening": screening.screening,
    "screening_criteria": screening.screening_criteria,
    "medicines": people.medicines,
    "patch_wear": logged.patch_wear,
    "consents": people.consents,
    "visits": visits.visits,
    "responses": visits.responses,
    "taken_down": visits.taken_down,
    "given_scores": visits.given_scores,
    "scores": visits.scores,
    "tlfb_days": visits.tlfb_days,
    "pauses": pauses.pauses,
    "doses": logged.doses,
    "diary_days": diary.diary_days,
    "diary": diary.diary,
    "mme_days": mme_days.mme_days,
    "mme_summary": mme_summary.mme_summary,
    "pain_ratings": logged.pain_ratings,
    "practice": pauses.practice,
    "sessions": sessions.sessions,
    "plans": sessions.plans,
    "attendance": sessions.attendance,
    "practice_weeks": practice_weeks.practice_weeks,
    "due_items": watched.due_items,
    "alerts": watched.alerts,
    "alert_notes": watched.alert_notes,
    "adverse_events": logged.adverse_events,
    "notes": logged.notes,
    "corrections": corrections.corrections,
    "conversations": watched.conversations,
    "wide": wide.wide,
    "taken_back": changed.taken_back,
}


def _nobody(row: Sequence[Any]) -> None:
    """Tell nobody."""


def rows_of(tx: Tx, cut: Cut, table: Table, gone: Callable[[Sequence[Any]], None] = _nobody) -> Rows:
    """The rows of one table; instants, dates and booleans as they are written, sealed texts opened.

    With `since` those of a table that changes are the ones that did; see `changes`.
    """
    if cut.since is None or table.since != "changed":
        return _as_shown(tx, cut, table)
    return changes(tx, cut, cut.since, table, gone)


def _as_shown(tx: Tx, cut: Cut, table: Table) -> Rows:
    """The rows as an export shows them: blinded, of a column whose day alone is told no more is there."""
    rows = PROJECTIONS[table.name](tx, cut, table)
    days = {at: column for at, column in enumerate(table.columns) if column.blinded == "day"}
    return rows if cut.unblinded or not days else _days_alone(rows, days)


def changes(tx: Tx, cut: Cut, since: datetime, table: Table, gone: Callable[[Sequence[Any]], None]) -> Rows:
    """The rows of a table that are new or another than before `since`; `gone` gets those there are no more."""
    now = _as_shown(tx, replace(cut, since=None), table)
    then = _as_shown(tx, changed.before(tx, cut, since), table)
    return changed.changed(now, then, table, gone)


def _days_alone(rows: Rows, days: Mapping[int, Column]) -> Rows:
    for row in rows:
        cells = list(row)
        for at, column in days.items():
            cells[at] = day_alone(column, cells[at])
        yield cells
