"""How each table of an export is read from the records: one function per table, of the table's name.

Every function yields rows as they stood at the cut, sorted by the key of the table, in the order of its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coordinator.projections import (
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
}


def rows_of(tx: Tx, cut: Cut, table: Table) -> Rows:
    """The rows of one table; instants, dates and booleans as they are written, sealed texts opened.

    Blinded, of a column whose day alone is told no more is there.
    """
    rows = PROJECTIONS[table.name](tx, cut, table)
    days = {at: column for at, column in enumerate(table.columns) if column.blinded == "day"}
    return rows if cut.unblinded or not days else _days_alone(rows, days)


def _days_alone(rows: Rows, days: Mapping[int, Column]) -> Rows:
    for row in rows:
        cells = list(row)
        for at, column in days.items():
            cells[at] = day_alone(column, cells[at])
        yield cells
